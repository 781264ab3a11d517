/*
 * robot: did a machine write this mail, and may it be acknowledged?
 *
 * A hard signal alone makes a robot; soft signals never do so alone, several
 * together do. Pure: a table over header fields, the envelope and addresses.
 * Own addresses, limits and policies are judged elsewhere. RFC 3834.
 */
#ifndef LOKET_ROBOT_H
#define LOKET_ROBOT_H

#include <stdbool.h>

#include <loket/mail.h>

typedef struct RobotVerdict {
	bool is_robot; /* a machine wrote it */
	bool may_ack;  /* false for every robot, and for human mail from an
			  address that is never acknowledged */
	char *reason;  /* why not, as "Auto-Submitted: auto-replied"; ""
			  when may_ack */
	/* what a machine's mail is, static: "feedback report", "calendar
	 * reply", "read receipt", "challenge-response", "vacation reply" or
	 * "mailing list", the last of human mail, too; NULL: none of these */
	const char *kind;
} RobotVerdict;

/*
 * envelope_sender: the address of MAIL FROM, with or without brackets; "" or
 * "<>" is the null sender. NULL: none is known, then Return-Path stands for
 * it, without that From; without From there is no acknowledgement. stated:
 * for whom the mail speaks, when a web form wrote it; that address is judged
 * then, not those of the form's own mailer, whose soft signals mean nothing.
 * NULL: no form. out is written whole; clear it with robot_verdict_clear.
 */
void robot_judge(const Mail *mail, const char *envelope_sender,
		 const char *stated, RobotVerdict *out);
void robot_verdict_clear(RobotVerdict *verdict);

/* Whether an address is one that is never written to by itself: noreply@,
 * mailer-daemon@ and the like. */
bool robot_address_is_silent(const char *address);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RobotVerdict, robot_verdict_clear)

#endif
