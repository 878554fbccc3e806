DROP TRIGGER profile_search_changed ON accounts_profile;
DROP TRIGGER profile_search ON accounts_profile;
DROP FUNCTION accounts_search();
DROP FUNCTION accounts_search_person(accounts_profile);
DELETE FROM core_searchdocument WHERE kind = 'person';
