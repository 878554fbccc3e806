-- What of problems, projects and tasks is searched, kept in the transaction that writes them (docs/search.md, ADR 0076):
-- only what everybody may read and what somebody would look for. Drafts, the rejected, echoes, what is hidden or erased,
-- quarantined projects, open work and closed tasks are not.
CREATE FUNCTION projects_search_problem(p projects_problem) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public AS $$
BEGIN
    IF p.state IN ('draft', 'rejected', 'duplicate') OR p.hidden_at IS NOT NULL OR p.title = '[erased]' THEN
        PERFORM core_search_drop(p.id);
    ELSE
        PERFORM core_search_put(p.id, 'problem', p.title, concat_ws(' ', p.place, p.affected_people),
            concat_ws(' ', p.statement, p.evidence));
    END IF;
END $$;

CREATE FUNCTION projects_search_project(p projects_project) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public AS $$
BEGIN
    IF p.state = 'quarantined' OR p.hidden_at IS NOT NULL OR p.title = '[erased]' THEN
        PERFORM core_search_drop(p.id);
    ELSE
        PERFORM core_search_put(p.id, 'project', p.title, '', p.summary);
    END IF;
END $$;

CREATE FUNCTION projects_search_task(t projects_task) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public AS $$
BEGIN
    IF t.state IN ('draft', 'expired') OR t.is_open_work OR t.hidden_at IS NOT NULL OR t.title = '[erased]' THEN
        PERFORM core_search_drop(t.id);
    ELSE
        PERFORM core_search_put(t.id, 'task', t.title, array_to_string(t.skills, ' '), t.description);
    END IF;
END $$;

CREATE FUNCTION projects_search() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM core_search_drop(OLD.id);
    ELSIF TG_TABLE_NAME = 'projects_problem' THEN
        PERFORM projects_search_problem(NEW);
    ELSIF TG_TABLE_NAME = 'projects_project' THEN
        PERFORM projects_search_project(NEW);
    ELSE
        PERFORM projects_search_task(NEW);
    END IF;
    RETURN NULL;
END $$;

GRANT EXECUTE ON FUNCTION projects_search_problem(projects_problem), projects_search_project(projects_project),
    projects_search_task(projects_task) TO :app_role:;

CREATE TRIGGER problem_search AFTER INSERT OR DELETE ON projects_problem
    FOR EACH ROW EXECUTE FUNCTION projects_search();
CREATE TRIGGER project_search AFTER INSERT OR DELETE ON projects_project
    FOR EACH ROW EXECUTE FUNCTION projects_search();
CREATE TRIGGER task_search AFTER INSERT OR DELETE ON projects_task
    FOR EACH ROW EXECUTE FUNCTION projects_search();
-- A change costs nothing here unless it changes words, or whether they may be found.
CREATE TRIGGER problem_search_changed AFTER UPDATE ON projects_problem FOR EACH ROW
    WHEN (((OLD.state IN ('draft', 'rejected', 'duplicate')), OLD.hidden_at, OLD.title, OLD.place, OLD.affected_people, OLD.statement, OLD.evidence)
        IS DISTINCT FROM ((NEW.state IN ('draft', 'rejected', 'duplicate')), NEW.hidden_at, NEW.title, NEW.place,
        NEW.affected_people, NEW.statement, NEW.evidence))
    EXECUTE FUNCTION projects_search();
CREATE TRIGGER project_search_changed AFTER UPDATE ON projects_project FOR EACH ROW
    WHEN (((OLD.state = 'quarantined'), OLD.hidden_at, OLD.title, OLD.summary)
        IS DISTINCT FROM ((NEW.state = 'quarantined'), NEW.hidden_at, NEW.title, NEW.summary))
    EXECUTE FUNCTION projects_search();
CREATE TRIGGER task_search_changed AFTER UPDATE ON projects_task FOR EACH ROW
    WHEN (((OLD.state IN ('draft', 'expired')), OLD.is_open_work, OLD.hidden_at, OLD.title, OLD.skills, OLD.description)
        IS DISTINCT FROM
        ((NEW.state IN ('draft', 'expired')), NEW.is_open_work, NEW.hidden_at, NEW.title, NEW.skills, NEW.description))
    EXECUTE FUNCTION projects_search();

SELECT projects_search_problem(p) FROM projects_problem p;
SELECT projects_search_project(p) FROM projects_project p;
SELECT projects_search_task(t) FROM projects_task t;
