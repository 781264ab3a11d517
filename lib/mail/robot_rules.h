/*
 * robot_rules: the signs by which machines are told, as tables.
 */
#ifndef LOKET_MAIL_ROBOT_RULES_H
#define LOKET_MAIL_ROBOT_RULES_H

#include <stddef.h>

/* What a sign says. All signs of one kind count once, but each soft one. */
typedef enum RobotEffect {
	ROBOT_SOFT,	  /* some human mail carries it */
	ROBOT_LIST,	  /* to many: a soft sign, never acknowledged */
	ROBOT_UNATTENDED, /* nobody reads the answer: the same */
	ROBOT_NO_ACK,	  /* never acknowledged, though humans write so */
	ROBOT_SURE,	  /* a machine wrote it */
} RobotEffect;

/* What a machine's mail is; the earlier one counts. */
typedef enum RobotKind {
	ROBOT_DELIVERY,
	ROBOT_FEEDBACK,
	ROBOT_CALENDAR,
	ROBOT_RECEIPT,
	ROBOT_CHALLENGE,
	ROBOT_VACATION,
	ROBOT_LIST_MAIL,
	ROBOT_ANY,
} RobotKind;

/* name: of a header field; a last '*' stands for any end. words: one of
 * these stands in the value, in any case; NULL for any value. */
typedef struct RobotHeaderRule {
	const char *name;
	const char *words;
	RobotEffect effect;
	RobotKind kind;
} RobotHeaderRule;

/* local: a local part in lower case, '*' stands for any characters. */
typedef struct RobotLocalRule {
	const char *local;
	RobotEffect effect;
} RobotLocalRule;

/* start: how a subject begins, in lower case. */
typedef struct RobotSubjectRule {
	const char *start;
	RobotEffect effect;
	RobotKind kind;
} RobotSubjectRule;

/* The tables; *count gets how many rules there are. */
const RobotHeaderRule *robot_header_rules(size_t *count);
const RobotLocalRule *robot_local_rules(size_t *count);
const RobotSubjectRule *robot_subject_rules(size_t *count);

#endif
