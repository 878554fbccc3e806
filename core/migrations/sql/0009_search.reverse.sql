DROP FUNCTION core_search_put(uuid, text, text, text, text);
DROP FUNCTION core_search_drop(uuid);
DROP FUNCTION core_search_forget(text[]);
DROP FUNCTION core_search_near(text);
DROP FUNCTION core_search_words(text);
DROP FUNCTION core_search_normal(text);
