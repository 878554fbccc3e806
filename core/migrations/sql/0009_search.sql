-- The search (docs/search.md, ADR 0076). The same letters as in core/search/text.py; a test compares the two.
CREATE FUNCTION core_search_normal(written text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog AS $$
    SELECT replace(replace(replace(translate(
        regexp_replace(lower(normalize(written, NFKD)), '[\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u061c\u0621\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u093c\u09bc\u0a3c\u0abc\u0b3c\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff]', '', 'g'),
        U&'\0649\064A\0643\0629\0647\06BE\06D5\0671\0901\0981\09F0\0111\0127\0131\0142\00F8\00F0\03C2'
        || '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹߀߁߂߃߄߅߆߇߈߉०१२३४५६७८९০১২৩৪৫৬৭৮৯੦੧੨੩੪੫੬੭੮੯૦૧૨૩૪૫૬૭૮૯୦୧୨୩୪୫୬୭୮୯௦௧௨௩௪௫௬௭௮௯౦౧౨౩౪౫౬౭౮౯೦೧೨೩೪೫೬೭೮೯൦൧൨൩൪൫൬൭൮൯๐๑๒๓๔๕๖๗๘๙',
        U&'\06CC\06CC\06A9\06C1\06C1\06C1\06C1\0627\0902\0982\09B0\0064\0068\0069\006C\006F\0064\03C3'
        || '0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789'
    ), U&'\00DF', 'ss'), U&'\00E6', 'ae'), U&'\0153', 'oe')
$$;

CREATE FUNCTION core_search_words(written text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, public AS $$
    SELECT array_remove(regexp_split_to_array(core_search_normal(written), '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00ac\u00ae-\u00bf\u00d7\u00f7\u055a-\u055f\u0589\u05be\u05c0\u05c3\u05c6\u05f3\u05f4\u0600-\u060f\u061b\u061d-\u061f\u066a-\u066d\u06d4\u06dd\u06de\u06e9\u0964\u0965\u0970\u0df4\u0e2f\u0e3f\u0e4f\u0e5a\u0e5b\u2000-\u200a\u2010-\u2029\u202f-\u205f\u2070-\u20cf\u2100-\u2bff\u2e00-\u2e7f\u3000-\u3004\u3007-\u3020\u3030\u303d-\u303f\ue000-\uf8ff\ufe10-\ufe1f\ufe30-\ufe6f\uff00-\uff0f\ufff0-\uffff\U0001f000-\U0001faff]+'), '')
$$;

-- A word, and itself without each of its letters: two words one edit apart share one of these.
CREATE FUNCTION core_search_near(word text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog AS $$
    SELECT array_agg(DISTINCT near) FROM (
        SELECT word UNION ALL SELECT overlay(word PLACING '' FROM n FOR 1) FROM generate_series(1, length(word)) n
    ) written (near)
$$;

-- Words that no document holds any more are forgotten with the document; what another transaction holds, the
-- tidying finds (core/search/keep.py). SKIP LOCKED: nobody waits for a word.
CREATE FUNCTION core_search_forget(gone text[]) RETURNS void LANGUAGE sql SET search_path = pg_catalog, public AS $$
    DELETE FROM core_searchword WHERE id IN (
        SELECT k.id FROM core_searchword k
        WHERE k.word = ANY(gone)
            AND NOT EXISTS (SELECT FROM core_searchdocument d WHERE d.words @@ ('''' || k.word || '''')::tsquery)
        FOR UPDATE OF k SKIP LOCKED)
$$;

CREATE FUNCTION core_search_drop(thing uuid) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE gone tsvector;
BEGIN
    DELETE FROM core_searchdocument WHERE object_id = thing RETURNING words INTO gone;
    IF FOUND THEN
        PERFORM core_search_forget(tsvector_to_array(gone));
    END IF;
END $$;

-- What a thing is called weighs most (A), then where and for whom it is (B), then what it says (C).
CREATE FUNCTION core_search_put(thing uuid, thing_kind text, named text, about text, says text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    found tsvector;
    before tsvector;
BEGIN
    SELECT string_agg(format('''%s'':%s%s', left(word, 40), least(place, 16383), weight), ' ')::tsvector INTO found
    FROM (
        SELECT word, weight, row_number() OVER (ORDER BY weight, n) AS place FROM (
            SELECT word, 'A' AS weight, n FROM unnest(core_search_words(named)) WITH ORDINALITY w (word, n)
            UNION ALL SELECT word, 'B', n FROM unnest(core_search_words(about)) WITH ORDINALITY w (word, n)
            UNION ALL SELECT word, 'C', n FROM unnest(core_search_words(says)) WITH ORDINALITY w (word, n)
        ) parts
    ) written;
    found := coalesce(found, ''::tsvector);
    SELECT words INTO before FROM core_searchdocument WHERE object_id = thing;
    IF found IS NOT DISTINCT FROM before THEN
        RETURN;
    END IF;
    INSERT INTO core_searchdocument (object_id, kind, words) VALUES (thing, thing_kind, found)
    ON CONFLICT (object_id) DO UPDATE SET words = EXCLUDED.words;
    INSERT INTO core_searchword (word, near)
    SELECT w, core_search_near(w) FROM unnest(tsvector_to_array(found)) w
    WHERE length(w) >= 3 AND w !~ '[0-9]' AND NOT EXISTS (SELECT FROM core_searchword k WHERE k.word = w);
    IF before IS NOT NULL THEN
        PERFORM core_search_forget(ARRAY(
            SELECT unnest(tsvector_to_array(before)) EXCEPT SELECT unnest(tsvector_to_array(found))));
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION core_search_normal(text), core_search_words(text), core_search_near(text),
    core_search_forget(text[]), core_search_drop(uuid), core_search_put(uuid, text, text, text, text) TO :app_role:;
