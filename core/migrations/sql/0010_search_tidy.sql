-- Nobody waits for a word (core_search_forget skips what is locked), so two transactions at once can leave one that no
-- document holds any more, bring one twice, or forget one that the other needs. This puts that right.
CREATE FUNCTION core_search_tidy(OUT forgotten bigint, OUT brought bigint) LANGUAGE plpgsql
SET search_path = pg_catalog, public AS $$
BEGIN
    WITH held AS MATERIALIZED (
        SELECT s.word FROM ts_stat('SELECT words FROM public.core_searchdocument') s
    ), lost AS (
        SELECT k.id FROM core_searchword k
        WHERE NOT EXISTS (SELECT FROM held WHERE held.word = k.word)
            OR EXISTS (SELECT FROM core_searchword older WHERE older.word = k.word AND older.id < k.id)
        FOR UPDATE OF k SKIP LOCKED
    )
    DELETE FROM core_searchword WHERE id IN (SELECT id FROM lost);
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    INSERT INTO core_searchword (word, near)
    SELECT s.word, core_search_near(s.word) FROM ts_stat('SELECT words FROM public.core_searchdocument') s
    WHERE length(s.word) >= 3 AND s.word !~ '[0-9]' AND NOT EXISTS (SELECT FROM core_searchword k WHERE k.word = s.word);
    GET DIAGNOSTICS brought = ROW_COUNT;
END $$;

GRANT EXECUTE ON FUNCTION core_search_tidy() TO :app_role:;
