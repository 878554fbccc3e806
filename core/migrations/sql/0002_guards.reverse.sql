GRANT UPDATE, DELETE ON core_event, core_logentry, core_logroot TO :app_role:;
DROP TRIGGER log_root_no_truncate ON core_logroot;
DROP TRIGGER log_root_append_only ON core_logroot;
DROP TRIGGER log_entry_no_truncate ON core_logentry;
DROP TRIGGER log_entry_append_only ON core_logentry;
DROP TRIGGER event_no_truncate ON core_event;
DROP TRIGGER event_append_only ON core_event;
DROP FUNCTION core_check_transition();
DROP FUNCTION core_refuse_change();
