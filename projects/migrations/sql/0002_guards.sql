-- Problems, projects and tasks follow their declared steps; a project answers an accepted problem of its own guild;
-- difficulty and estimate of a task stand still from its publication on.
CREATE TRIGGER problem_transition BEFORE UPDATE OF state ON projects_problem
    FOR EACH ROW EXECUTE FUNCTION core_check_transition(
        'accepted>duplicate',
        'accepted>in_project',
        'accepted>parked',
        'draft>submitted',
        'in_project>accepted',
        'in_project>parked',
        'in_project>piloting',
        'parked>accepted',
        'parked>in_project',
        'parked>submitted',
        'piloting>in_project',
        'piloting>solved',
        'submitted>accepted',
        'submitted>draft',
        'submitted>duplicate',
        'submitted>parked',
        'submitted>rejected');
CREATE TRIGGER project_transition BEFORE UPDATE OF state ON projects_project
    FOR EACH ROW EXECUTE FUNCTION core_check_transition(
        'active>archived',
        'active>dormant',
        'active>quarantined',
        'active>release_ready',
        'adopted>active',
        'adopted>archived',
        'adopted>dormant',
        'adopted>quarantined',
        'dormant>active',
        'dormant>archived',
        'dormant>quarantined',
        'incubating>active',
        'incubating>archived',
        'incubating>dormant',
        'incubating>quarantined',
        'proposal>archived',
        'proposal>incubating',
        'quarantined>active',
        'quarantined>archived',
        'release_ready>active',
        'release_ready>adopted',
        'release_ready>archived',
        'release_ready>dormant',
        'release_ready>quarantined');
CREATE TRIGGER task_transition BEFORE UPDATE OF state ON projects_task
    FOR EACH ROW EXECUTE FUNCTION core_check_transition(
        'claimed>expired',
        'claimed>published',
        'claimed>submitted',
        'draft>expired',
        'draft>published',
        'expired>published',
        'published>claimed',
        'published>expired',
        'returned>claimed',
        'returned>expired',
        'returned>published',
        'returned>submitted',
        'submitted>accepted',
        'submitted>claimed',
        'submitted>returned');

CREATE FUNCTION projects_check_problem() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE found record;
BEGIN
    SELECT state, guild_id INTO found FROM projects_problem WHERE id = NEW.problem_id FOR SHARE;
    IF found.guild_id IS DISTINCT FROM NEW.guild_id THEN
        RAISE EXCEPTION 'A project and its problem belong to one guild.' USING ERRCODE = 'GH003';
    END IF;
    IF found.state NOT IN ('accepted', 'in_project', 'piloting', 'solved') THEN
        RAISE EXCEPTION 'A project answers an accepted problem; this one is %.', found.state USING ERRCODE = 'GH003';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER project_answers_accepted_problem BEFORE INSERT OR UPDATE OF problem_id, guild_id ON projects_project
    FOR EACH ROW EXECUTE FUNCTION projects_check_problem();

CREATE FUNCTION projects_check_task_fixed() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF OLD.published_at IS NOT NULL
        AND (NEW.difficulty, NEW.estimate_minutes, NEW.is_open_work, NEW.project_id)
            IS DISTINCT FROM (OLD.difficulty, OLD.estimate_minutes, OLD.is_open_work, OLD.project_id) THEN
        RAISE EXCEPTION 'Difficulty and estimate of task % were fixed when it was published.', OLD.id
            USING ERRCODE = 'GH004';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER task_fixed_at_publication BEFORE UPDATE ON projects_task
    FOR EACH ROW EXECUTE FUNCTION projects_check_task_fixed();
