GRANT UPDATE ON accounts_subjectlink TO :app_role:;
DROP TRIGGER subject_link_stands ON accounts_subjectlink;
DROP TRIGGER subject_link_one_level ON accounts_subjectlink;
DROP FUNCTION accounts_check_subject_link();
