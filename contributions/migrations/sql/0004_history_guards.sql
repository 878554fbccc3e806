-- Imports and acceptances follow their declared steps; an accepted session stands with its commits; a session is
-- accepted by somebody else than its person.
CREATE TRIGGER history_import_transition BEFORE UPDATE OF state ON contributions_historyimport
    FOR EACH ROW EXECUTE FUNCTION core_check_transition(
        'failed>discarded',
        'failed>running',
        'read>taken_back',
        'running>failed',
        'running>read',
        'uploaded>discarded',
        'uploaded>running');
CREATE TRIGGER history_acceptance_transition BEFORE UPDATE OF state ON contributions_historyacceptance
    FOR EACH ROW EXECUTE FUNCTION core_check_transition('running>done', 'running>failed');

-- Erasing a person takes the first commit's name and the clock times out of an accepted session, nothing else.
CREATE FUNCTION contributions_check_session() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    work record;
    acceptor uuid;
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.acceptance_id IS NOT NULL THEN
        IF TG_OP = 'DELETE' OR NEW.first_sha <> 'erased:' || OLD.id OR (
            NEW.id, NEW.project_id, NEW.subject_id, NEW.worked_on, NEW.minutes, NEW.commits, NEW.role,
            NEW.acceptance_id, NEW.contribution_id, NEW.started_at, NEW.first_commit_at, NEW.ended_at
        ) IS DISTINCT FROM (
            OLD.id, OLD.project_id, OLD.subject_id, OLD.worked_on, OLD.minutes, OLD.commits, OLD.role,
            OLD.acceptance_id, OLD.contribution_id, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz
        ) THEN
            RAISE EXCEPTION 'Imported session % was accepted and stands.', OLD.id USING ERRCODE = 'GH005';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF NEW.acceptance_id IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT subject_id, project_id, source INTO work FROM contributions_contribution WHERE id = NEW.contribution_id;
    IF (work.subject_id, work.project_id, work.source) IS DISTINCT FROM (NEW.subject_id, NEW.project_id, 'imported') THEN
        RAISE EXCEPTION 'The contribution of session % is not of its person and project.', NEW.id USING ERRCODE = 'GH006';
    END IF;
    SELECT accepted_by_id INTO acceptor FROM contributions_historyacceptance
        WHERE id = NEW.acceptance_id AND project_id = NEW.project_id;
    IF acceptor IS NULL THEN
        RAISE EXCEPTION 'Session % was accepted for another project.', NEW.id USING ERRCODE = 'GH006';
    END IF;
    IF coalesce((SELECT primary_id FROM accounts_subjectlink WHERE alias_id = acceptor), acceptor)
        = coalesce((SELECT primary_id FROM accounts_subjectlink WHERE alias_id = NEW.subject_id), NEW.subject_id) THEN
        RAISE EXCEPTION 'Nobody accepts sessions of their own.' USING ERRCODE = 'GH007';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER imported_session_checked BEFORE INSERT OR UPDATE OR DELETE ON contributions_importedsession
    FOR EACH ROW EXECUTE FUNCTION contributions_check_session();

CREATE FUNCTION contributions_check_share() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE session record;
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.session_id IS NOT NULL AND EXISTS (
        SELECT FROM contributions_importedsession
        WHERE id = OLD.session_id AND acceptance_id IS NOT NULL AND first_sha NOT LIKE 'erased:%'
    ) THEN
        RAISE EXCEPTION 'A commit of accepted session % stays in it.', OLD.session_id USING ERRCODE = 'GH005';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF NEW.session_id IS NOT NULL THEN
        SELECT s.subject_id, s.project_id, s.acceptance_id INTO session
            FROM contributions_importedsession s WHERE s.id = NEW.session_id;
        IF session.subject_id IS DISTINCT FROM NEW.subject_id OR session.project_id IS DISTINCT FROM (
            SELECT project_id FROM contributions_importedcommit WHERE id = NEW.commit_id
        ) THEN
            RAISE EXCEPTION 'A commit is in a session of its own person and project.' USING ERRCODE = 'GH006';
        END IF;
        IF session.acceptance_id IS NOT NULL THEN
            RAISE EXCEPTION 'Imported session % was accepted and takes no more commits.', NEW.session_id
                USING ERRCODE = 'GH005';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER commit_share_checked BEFORE INSERT OR UPDATE OR DELETE ON contributions_commitshare
    FOR EACH ROW EXECUTE FUNCTION contributions_check_share();
