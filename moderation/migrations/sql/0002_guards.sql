-- A case follows its declared steps, and what it is about stands; reports and cases stay.
CREATE TRIGGER case_transition BEFORE UPDATE OF state ON moderation_case
    FOR EACH ROW EXECUTE FUNCTION core_check_transition(
        'appealed>overturned',
        'appealed>upheld',
        'hidden>appealed',
        'hidden>shown',
        'upheld>shown',
        'waiting>dismissed',
        'waiting>hidden');

-- Whoever wrote or reported it decides nothing, under whichever name; and nobody reports themselves.
CREATE FUNCTION moderation_person(subject uuid) RETURNS uuid LANGUAGE sql STABLE SET search_path = pg_catalog, public
    AS $$ SELECT coalesce((SELECT primary_id FROM accounts_subjectlink WHERE alias_id = subject), subject) $$;
GRANT EXECUTE ON FUNCTION moderation_person(uuid) TO :app_role:;

CREATE FUNCTION moderation_check_case() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF (NEW.kind, NEW.object_id, NEW.guild_id, NEW.author_id, NEW.opened_at)
        IS DISTINCT FROM (OLD.kind, OLD.object_id, OLD.guild_id, OLD.author_id, OLD.opened_at) THEN
        RAISE EXCEPTION 'What case % is about stands.', OLD.id USING ERRCODE = 'GH005';
    END IF;
    IF moderation_person(NEW.author_id) IN (moderation_person(NEW.decided_by_id), moderation_person(NEW.settled_by_id)) THEN
        RAISE EXCEPTION 'Nobody decides on their own words.' USING ERRCODE = 'GH007';
    END IF;
    IF (NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id OR NEW.settled_by_id IS DISTINCT FROM OLD.settled_by_id)
        AND EXISTS (
            SELECT FROM moderation_report WHERE case_id = NEW.id AND moderation_person(reporter_id)
                IN (CASE WHEN NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id
                    THEN moderation_person(NEW.decided_by_id) END,
                    CASE WHEN NEW.settled_by_id IS DISTINCT FROM OLD.settled_by_id
                    THEN moderation_person(NEW.settled_by_id) END)) THEN
        RAISE EXCEPTION 'Nobody decides on their own report.' USING ERRCODE = 'GH007';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER case_checked BEFORE UPDATE ON moderation_case
    FOR EACH ROW EXECUTE FUNCTION moderation_check_case();

CREATE FUNCTION moderation_check_report() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.case_id, NEW.reporter_id, NEW.concern, NEW.reported_at)
        IS DISTINCT FROM (OLD.case_id, OLD.reporter_id, OLD.concern, OLD.reported_at) THEN
        RAISE EXCEPTION 'A report stands; only its words go with their author.' USING ERRCODE = 'GH005';
    END IF;
    IF TG_OP = 'INSERT' AND moderation_person(NEW.reporter_id)
        = (SELECT moderation_person(author_id) FROM moderation_case WHERE id = NEW.case_id) THEN
        RAISE EXCEPTION 'Nobody reports themselves.' USING ERRCODE = 'GH007';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER report_checked BEFORE INSERT OR UPDATE ON moderation_report
    FOR EACH ROW EXECUTE FUNCTION moderation_check_report();
REVOKE DELETE, TRUNCATE ON moderation_case, moderation_report FROM :app_role:;
