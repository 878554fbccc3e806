DROP TRIGGER problem_repeats_an_original ON projects_problem;
DROP FUNCTION projects_check_duplicate();
DROP TRIGGER problem_transition ON projects_problem;
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
