DROP TRIGGER second_look_no_truncate ON contributions_secondlook;
DROP TRIGGER second_look_checked ON contributions_secondlook;
DROP FUNCTION contributions_check_look();
GRANT DELETE ON contributions_secondlook TO :app_role:;
