/* tell: see job.h */
#include "job.h"

bool
tell(StoreTx *tx, const Job *job, Notice *notice, bool *is_added,
     GError **error)
{
	OutboxItem *item;
	notice->desk = job->decision->desk;
	notice->at = job->now;
	notice->leaves_at = job->now + job->intake->config->ack_delay_s;
	notice->is_authenticated = job->triage->is_authenticated;
	if (!notice_queue(tx, job->intake, notice, &item, error))
		return false;
	*is_added = item != NULL;
	if (item)
		g_ptr_array_add(job->told, item);
	return true;
}
