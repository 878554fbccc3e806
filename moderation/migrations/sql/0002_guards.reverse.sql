GRANT DELETE ON moderation_case, moderation_report TO :app_role:;
DROP TRIGGER report_checked ON moderation_report;
DROP FUNCTION moderation_check_report();
DROP TRIGGER case_checked ON moderation_case;
DROP FUNCTION moderation_check_case();
DROP FUNCTION moderation_person(uuid);
DROP TRIGGER case_transition ON moderation_case;
