GRANT UPDATE, DELETE ON guilds_policy TO :app_role:;
DROP TRIGGER policy_no_truncate ON guilds_policy;
DROP TRIGGER policy_append_only ON guilds_policy;
DROP TRIGGER guild_transition ON guilds_guild;
