-- A salt is written once and may only be deleted, with the person it belongs to. A declared step stands; its reason
-- is a person's words, and goes with them.
CREATE TRIGGER log_salt_stands BEFORE UPDATE OR TRUNCATE ON core_logsalt
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
REVOKE UPDATE, TRUNCATE ON core_logsalt FROM :app_role:;

REVOKE UPDATE, DELETE, TRUNCATE ON core_statechange FROM :app_role:;
GRANT UPDATE (reason) ON core_statechange TO :app_role:;
