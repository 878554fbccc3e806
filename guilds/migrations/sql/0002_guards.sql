-- A guild's steps, and policies that never change once written.
CREATE TRIGGER guild_transition BEFORE UPDATE OF state ON guilds_guild
    FOR EACH ROW EXECUTE FUNCTION core_check_transition('proposed>open', 'proposed>closed', 'open>closed');
CREATE TRIGGER policy_append_only BEFORE UPDATE OR DELETE ON guilds_policy
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER policy_no_truncate BEFORE TRUNCATE ON guilds_policy
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON guilds_policy FROM :app_role:;
