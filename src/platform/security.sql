/*
 * Who may do what, as installed: the types and the functions on values are
 * everybody's; tables, and with them all that reads or writes them, are the
 * owner's, who grants them.
 */
GRANT USAGE ON SCHEMA growth_index TO PUBLIC;

/* run by triggers as their owner, or of use to the jobs alone */
REVOKE EXECUTE ON FUNCTION growth_index.take_upload() FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION growth_index.queue_changed() FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION growth_index.queue_updated_enterprise() FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION growth_index.job_lock(text) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION growth_index.job_unlock(text) FROM PUBLIC;
