/* tell: see job.h */
#include "job.h"

bool
is_proven(const Triage *triage)
{
	return triage->is_authenticated && triage->is_own_sender &&
	       !triage->stated;
}

bool
tell(StoreTx *tx, const Job *job, NotificationDraft *draft, bool *is_added,
     GError **error)
{
	OutboxItem *item;
	draft->desk = job->decision->desk;
	draft->at = job->now;
	draft->leaves_at = job->now + job->intake->config->ack_delay_s;
	draft->is_authenticated = is_proven(job->triage);
	if (!notification_queue(tx, job->intake, draft, &item, error))
		return false;
	*is_added = item != NULL;
	if (item)
		g_ptr_array_add(job->told, item);
	return true;
}
