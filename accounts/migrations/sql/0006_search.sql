-- People are found who opened their page to everybody and let search engines list it; by what they show there, no more.
CREATE FUNCTION accounts_search_person(a accounts_profile) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public AS $$
BEGIN
    IF a.may_be_indexed AND a.handle IS NOT NULL AND (a.is_name_public OR a.public_sections <> '{}')
        AND a.hidden_at IS NULL THEN
        PERFORM core_search_put(a.subject_id, 'person',
            concat_ws(' ', CASE WHEN a.is_name_public THEN a.display_name END, a.handle), '',
            CASE WHEN 'about' = ANY(a.public_sections) THEN a.about ELSE '' END);
    ELSE
        PERFORM core_search_drop(a.subject_id);
    END IF;
END $$;

CREATE FUNCTION accounts_search() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM core_search_drop(OLD.subject_id);
    ELSE
        PERFORM accounts_search_person(NEW);
    END IF;
    RETURN NULL;
END $$;

GRANT EXECUTE ON FUNCTION accounts_search_person(accounts_profile) TO :app_role:;

CREATE TRIGGER profile_search AFTER INSERT OR DELETE ON accounts_profile
    FOR EACH ROW EXECUTE FUNCTION accounts_search();
CREATE TRIGGER profile_search_changed AFTER UPDATE ON accounts_profile FOR EACH ROW
    WHEN ((OLD.may_be_indexed, OLD.handle, OLD.is_name_public, OLD.public_sections, OLD.hidden_at, OLD.display_name, OLD.about)
        IS DISTINCT FROM
        (NEW.may_be_indexed, NEW.handle, NEW.is_name_public, NEW.public_sections, NEW.hidden_at, NEW.display_name, NEW.about))
    EXECUTE FUNCTION accounts_search();

SELECT accounts_search_person(a) FROM accounts_profile a;
