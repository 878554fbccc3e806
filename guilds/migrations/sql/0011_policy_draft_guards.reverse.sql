DROP TRIGGER policy_draft_checked ON guilds_policydraft;
DROP FUNCTION guilds_check_policy_draft();
DROP TRIGGER policy_draft_transition ON guilds_policydraft;
GRANT DELETE ON guilds_policydraft TO :app_role:;
