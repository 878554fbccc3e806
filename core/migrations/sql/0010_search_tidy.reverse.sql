DROP FUNCTION core_search_tidy();
