REVOKE UPDATE (reason) ON core_statechange FROM :app_role:;
GRANT UPDATE, DELETE ON core_statechange TO :app_role:;
GRANT UPDATE ON core_logsalt TO :app_role:;
DROP TRIGGER log_salt_stands ON core_logsalt;
