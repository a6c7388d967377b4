"""Background jobs, without the library: the work here is plain Python."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import subprocess
import sys
import threading
import time
import weakref

import pytest
import ropar
from ropar.job import Job, Report, wait_here


def counting(report: Report) -> str:
    """Work that reports 200 shares over 2 s and obeys a cancel."""
    for step in range(200):
        if report(step / 200):
            raise ropar.Cancelled("cancelled", "")
        time.sleep(0.01)
    return "made"


def test_a_job_gives_its_result_and_its_progress_ends_at_one() -> None:
    job = Job(lambda report: report(0.5) or 7)
    assert job.result(timeout=5) == 7
    assert job.done and job.progress == 1.0


def test_progress_never_falls() -> None:
    held = threading.Event()

    def falling(report: Report) -> None:
        report(0.5)
        report(0.2)
        held.wait(5)

    job = Job(falling)
    time.sleep(0.05)
    assert job.progress == 0.5
    held.set()
    job.result(timeout=5)


def test_errors_of_the_work_are_raised_by_result() -> None:
    def failing(report: Report) -> None:
        raise ropar.InputError("wrong", "do right", 3)

    with pytest.raises(ropar.InputError, match="wrong; do right"):
        Job(failing).result(timeout=5)


def test_cancel_ends_a_job() -> None:
    job = Job(counting)
    job.cancel()
    with pytest.raises(ropar.Cancelled):
        job.result(timeout=5)
    assert job.done and job.progress < 1.0


def test_a_timeout_leaves_the_job_running() -> None:
    job = Job(counting)
    with pytest.raises(TimeoutError, match="not done"):
        job.result(timeout=0.05)
    assert not job.done
    job.cancel()
    with pytest.raises(ropar.Cancelled):
        job.result(timeout=5)


def test_a_timeout_of_the_work_itself_is_not_taken_for_ours() -> None:
    def failing(report: Report) -> None:
        raise TimeoutError("of the work")

    with pytest.raises(TimeoutError, match="of the work"):
        Job(failing).result(timeout=5)


def test_jobs_are_awaited_side_by_side() -> None:
    async def both() -> list[str]:
        async def wait(job: Job[str]) -> str:
            return await job

        return list(await asyncio.gather(wait(Job(lambda _: "a")), wait(Job(lambda _: "b"))))

    assert asyncio.run(both()) == ["a", "b"]


def test_cancelling_the_awaiting_task_cancels_the_job() -> None:
    job = Job(counting)

    async def wait() -> str:
        return await job

    async def main() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(wait(), 0.1)

    asyncio.run(main())
    with pytest.raises(ropar.Cancelled):
        job.result(timeout=5)


def test_progress_is_called_on_the_waiting_thread_and_cancels() -> None:
    seen: list[tuple[float, int]] = []

    def progress(share: float) -> bool:
        seen.append((share, threading.get_ident()))
        return len(seen) == 3

    with pytest.raises(ropar.Cancelled):
        wait_here(Job(counting), progress)
    shares = [share for share, _ in seen]
    assert len(shares) == 3 and shares == sorted(shares)
    assert {thread for _, thread in seen} == {threading.get_ident()}


def test_an_exception_of_progress_cancels_and_comes_out() -> None:
    job = Job(counting)

    def progress(share: float) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        wait_here(job, progress)
    assert job.done


def test_done_callbacks_are_called_once_also_afterwards() -> None:
    calls: list[object] = []
    job = Job(lambda _: 1)
    job.result(timeout=5)
    job.add_done_callback(calls.append)
    assert calls == [job]


def test_jobs_results_and_errors_do_not_hold_each_other() -> None:
    class Thing:
        """Something that says whether it is still there."""

    thing = Thing()
    there = weakref.ref(thing)

    def failing(report: Report, kept: Thing) -> Thing:
        raise ropar.InputError("wrong", "")

    gc.disable()
    try:
        made = wait_here(Job(lambda _, kept=thing: kept), None)  # type: ignore[misc]
        assert made is thing
        with contextlib.suppress(ropar.InputError):
            wait_here(Job(lambda report, kept=thing: failing(report, kept)), None)  # type: ignore[misc]
        for _ in range(100):  # the job's thread has its last steps to do
            if threading.active_count() == 1:
                break
            time.sleep(0.02)
        del made, thing
        assert there() is None
    finally:
        gc.enable()


def test_a_callback_that_fails_does_no_harm(caplog: pytest.LogCaptureFixture) -> None:
    held = threading.Event()
    job = Job(lambda _: held.wait(5))
    calls: list[object] = []
    job.add_done_callback(lambda _: 1 / 0)
    job.add_done_callback(calls.append)
    held.set()
    assert job.result(timeout=5) is True
    for _ in range(100):
        if calls:
            break
        time.sleep(0.02)
    assert calls == [job] and "ZeroDivisionError" in caplog.text


def test_an_interpreter_that_ends_ends_its_jobs() -> None:
    script = """
import time, ropar
from ropar.job import Job
def work(report):
    while not report(0.1):
        time.sleep(0.01)
    print("stopped", flush=True)
job = Job(work)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "stopped", "")
