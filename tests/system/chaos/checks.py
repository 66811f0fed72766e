# checks.py - whether a history may be so: the invariants, each a function of complaints.
# SPDX-License-Identifier: Apache-2.0
import collections
import itertools

COMMIT_MS = 5000  # a worker commits every second; the rest is for a machine under load
LAG_MS = 10000  # what a process sent may reach the broker's log when it is long dead
LETTER_MS = 5000  # until everybody sees a letter, at most: the end of its transaction
RUNS = 4  # of a job in one process, at most
CUT_MS = 1  # two clocks, each cut to whole ms, say when a job may begin


def unwatched(history):
    """Without these the other checks would say nothing."""
    for name in ("inputs", "answers", "commits", "writes", "versions", "editions"):
        if not getattr(history, name):
            yield f"no {name} were seen"


def unanswered(history):
    """Every job has a reply, also after a replay, and only jobs have."""
    sent, answered = history.inputs_of.keys(), history.answers_of.keys()
    yield from (f"{key} has no answer" for key in sent - answered)
    yield from (f"{key} was answered and never sent" for key in answered - sent)


def unanswered_letter(history):
    """Whoever waits for a job that was set aside is told the same error."""
    for letter in history.letters:
        answers = history.answers_of.get((letter.job_id, letter.replay), [])
        if letter.error not in {answer.error for answer in answers}:
            yield f"{letter} has no such reply: {answers}"


def altered(history):
    """What goes on to a retry topic or is set aside is the job as it was published."""
    for record in itertools.chain(history.inputs, history.letters):
        job = history.jobs.get(record.job_id)
        if job is None:
            yield f"{record} was never sent"
        elif record.body != job.body:
            yield f"{record} is not {job}"


def other_table(history):
    """An answer is about the table that was asked for."""
    for answer in history.answers:
        job = history.jobs.get(answer.job_id)
        if job and answer.table != job.table:
            yield f"{job} was answered by {answer}"


def contradictory(history):
    """Whoever reads any one of the answers of a job knows the same."""
    for answers in history.answers_of.values():
        if len({(answer.status, answer.error) for answer in answers}) > 1:
            yield f"answered in different ways: {answers}"


def stale(history):
    """A job sees its source as it was after the job was published, or later."""
    editions = collections.defaultdict(list)
    for edition in history.editions:
        editions[edition.table].append(edition)
    for answer in history.answers:
        job = history.jobs.get(answer.job_id)
        if job is None or answer.status != "ok":
            continue
        if answer.observed_ms < job.at_ms:
            yield f"{job} was answered from before: {answer}"
        there = max((edition.number for edition in editions[job.table]
                     if edition.at_ms < job.at_ms), default=0)
        if answer.edition < there:
            yield f"{job} could see edition {there}: {answer}"


def too_many_attempts(history):
    """Retrying has an end, and runs are counted from one retry topic to the next.  (Nothing is
    added where a source that is known to be away was not even tried.)"""
    for records in history.inputs_of.values():
        fewest = {}  # at each stage
        for record in records:
            fewest[record.stage] = min(record.attempts, fewest.get(record.stage, RUNS << 8))
            if record.attempts > record.stage * RUNS:
                yield f"{record.attempts} attempts: {record}"
        for one, other in itertools.pairwise(sorted(fewest)):
            if fewest[other] < fewest[one]:
                yield f"{fewest[other]} attempts after {fewest[one]}: {records}"
    stages = 1 + max((record.stage for record in history.inputs), default=0)
    for letter in history.letters:
        if letter.attempts > stages * RUNS:
            yield f"{letter.attempts} attempts: {letter}"


def too_early(history):
    """Nothing on a retry topic is run before its time has come.  (Of a job that was repeated
    nobody knows which record led to which answer.)"""
    for key, records in history.inputs_of.items():
        if len(history.answers_of.get(key, [])) > 1 \
                or len(records) > len({record.stage for record in records}):
            continue
        for item in records:
            ends = history.ends_of(item)
            if ends and ends[0] < item.not_before_ms - CUT_MS:
                yield f"{item} was dealt with at {ends[0]}"


def committed_too_high(history):
    """No offset is committed, nor told to be complete, before what comes of its record is
    there."""
    for place, commits in history.commits_at.items():
        inputs = history.inputs_at.get(place, [])
        ends = [next(iter(history.ends_of(item)), None) for item in inputs]
        safe = 0  # those below it were in order at an earlier commit, so they are now
        for commit in commits:
            while safe < len(inputs) and inputs[safe].offset < commit.offset \
                    and ends[safe] is not None and ends[safe] <= commit.at_ms:
                safe += 1
            for item, end in itertools.islice(zip(inputs, ends), safe, None):
                if item.offset > commit.last:
                    break
                if commit.covers(item.offset) and (end is None or end > commit.at_ms):
                    yield f"{commit} covers {item}, dealt with at {end}"


def committed_backwards(history):
    """What is committed never goes back."""
    for commits in history.commits_at.values():
        for one, other in itertools.pairwise(commits):
            if other.offset < one.offset:
                yield f"{other} after {one}"


def uncommitted(history):
    """Once all is quiet, everything is committed."""
    for place, inputs in history.inputs_at.items():
        last = max((commit.offset for commit in history.commits_at.get(place, [])), default=0)
        if last <= inputs[-1].offset:
            yield f"{last} is committed, and not {inputs[-1]}"


def overlapping(history):
    """In a process, a run of a table begins after the one before has ended."""
    ended = {}
    for write in sorted(history.writes, key=lambda write: write.end_us):
        before = ended.get((write.worker, write.table))
        if before and write.observed_us < before.end_us:
            yield f"{write} began before {before} had ended"
        ended[write.worker, write.table] = write


def catalog_went_back(history):
    """The catalog never goes from a later state of a table to an earlier one, and in the end
    has the last that anybody was told of."""
    told = {}
    for answer in history.answers:
        if answer.status == "ok":
            told[answer.table] = max(answer.edition, told.get(answer.table, 0))
    for table, versions in history.versions.items():
        for one, other in itertools.pairwise(versions):
            if not (one[0] < other[0] and one[1] < other[1]):
                yield f"{table} went from {one} to {other}"
        if versions[-1][1] < told.get(table, 0):
            yield f"{table} ends as {versions[-1]}; somebody was told of {told[table]}"
    yield from (f"{table} is not in the catalog" for table in told.keys()
                - history.versions.keys())


def doubled(history):
    """For whom each job has exactly one answer, and at most one of all other records."""
    for key, answers in history.answers_of.items():
        if len(answers) > 1:
            yield f"{key} has {len(answers)} answers: {answers} to {history.inputs_of.get(key, [])}"
    others = collections.Counter(
        [("set aside", letter.job_id, letter.replay) for letter in history.letters]
        + [(item.topic, item.job_id, item.replay) for item in history.inputs])
    yield from (f"{key}: {count} times" for key, count in others.items() if count > 1)


def _runs(history, item):
    """When those of this input began, as far as that is known, and ended."""
    key = item.job_id, item.replay
    for answer in history.answers_of.get(key, []):
        yield answer.observed_ms or answer.at_ms - LAG_MS, answer.at_ms
    for other in history.inputs_of.get(key, []):
        if other.stage > item.stage:
            yield other.at_ms - LAG_MS, other.at_ms


def _may_be_repeated(history, item):
    """How many disturbances came between a run and the commit that covers it, which is at most
    COMMIT_MS behind?"""
    return sum(1 for disturbance in history.disturbances
               if not history.committed(item, disturbance.from_ms)
               and any(began <= disturbance.to_ms and disturbance.from_ms - COMMIT_MS <= ended
                       for began, ended in _runs(history, item)))


def doubled_beyond_bound(history):
    """A disturbance repeats what was answered since the last commit, and no more.  (What it has
    set aside twice is replayed twice.)"""
    for key, answers in history.answers_of.items():
        inputs = history.inputs_of.get(key, [])
        published = sum(1 for item in inputs if item.stage == 0)
        if len(answers) > 1 and len(answers) > published + sum(
                _may_be_repeated(history, item) for item in inputs):
            yield f"{key} has {len(answers)} answers: {answers}"


def replayed_twice(history):
    """However often `dlq replay` is run, and killed, it publishes a dead letter once."""
    letters = collections.Counter((letter.job_id, letter.replay + 1)
                                  for letter in history.letters)
    for key, records in history.inputs_of.items():
        count = sum(1 for record in records if record.stage == 0)
        if key[1] and count > letters[key]:
            yield f"{letters[key]} letters, {count} replays: {records}"


def not_replayed(history):
    """A replay that came to its end has left no letter out, however often it was killed
    before."""
    for letter in history.letters:
        if any(letter.at_ms < begin_ms - LETTER_MS for begin_ms in history.replays_ms) \
                and (letter.job_id, letter.replay + 1) not in history.inputs_of:
            yield f"{letter} was not published again"


def out_of_order(history):
    """Jobs of one table are run in their order."""
    last = {}
    for item in sorted(history.jobs.values(), key=lambda item: (item.place, item.offset)):
        first = min(history.answers_of.get((item.job_id, 0), []),
                    key=lambda answer: answer.at_ms, default=None)
        if first is None or first.observed_ms is None:
            continue
        before = last.get(item.table)
        if before and first.observed_ms < before.observed_ms:
            yield f"{first} saw an earlier state than {before}"
        last[item.table] = first


def run_too_often(history):
    """No job runs twice: a table has no more runs than jobs."""
    runs = collections.Counter(write.table for write in history.writes)
    jobs = collections.Counter(job.table for job in history.jobs.values())
    for table, count in runs.items():
        if count > jobs[table]:
            yield f"{table} was run {count} times for {jobs[table]} jobs"


ALWAYS = (unwatched, unanswered, unanswered_letter, altered, other_table, stale,
          too_many_attempts, too_early, committed_too_high, committed_backwards, uncommitted,
          replayed_twice, not_replayed, overlapping, catalog_went_back)


def complaints(history, *more):
    """What is wrong, as texts: by the checks that always hold, and by `more`."""
    return [f"{check.__name__}: {text}" for check in (*ALWAYS, *more)
            for text in itertools.islice(check(history), 5)]
