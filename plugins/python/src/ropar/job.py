"""Work in the background."""

from __future__ import annotations

import asyncio
import atexit
import concurrent.futures
import contextlib
import logging
import threading
from collections.abc import Callable, Generator
from typing import Any, Generic, TypeVar

__all__ = ["Job"]

T = TypeVar("T", covariant=True)

#: A job hands this to its work: called with the share that is done (0 to 1), it answers whether to stop.
Report = Callable[[float], bool]


class _Course:
    """How far the work is and whether it shall stop.

    Apart from the job, because the traceback of an error holds what the work was given: error and job would hold each
    other, and with them the engine, until the next garbage collection.
    """

    def __init__(self, listener: Callable[[float], bool | None] | None) -> None:
        self.share = 0.0
        self.stop = threading.Event()
        self.listener = listener
        self.raised: BaseException | None = None

    def report(self, share: float) -> bool:
        self.share = max(self.share, min(share, 1.0))
        if self.listener is not None and not self.stop.is_set():
            try:
                if self.listener(self.share):
                    self.stop.set()
            # Nothing may be raised into the library; it comes out of `result`.
            except BaseException as error:
                self.raised = error
                self.stop.set()
        return self.stop.is_set()


class Job(Generic[T]):
    """A piece of work on a thread of its own, with progress, cancel and a result.

    Every member may be used from any thread. A job can be waited for with :meth:`result`, asked with :attr:`done` (as a
    host's timer does), or awaited::

        motion = await engine.start_generate("a person waves")

    Where the awaiting task is cancelled, so is the job.
    """

    def __init__(self, work: Callable[[Report], T], *, progress: Callable[[float], bool | None] | None = None) -> None:
        """Not called directly: jobs come from :meth:`Engine.start_generate` and :meth:`Engine.start_redo`."""
        self._future: concurrent.futures.Future[T] = concurrent.futures.Future()
        self._course = _Course(progress)
        self._callbacks: list[Callable[[Job[T]], object]] | None = []
        self._lock = threading.Lock()
        # A daemon, so that a host that quits is not held up; `_at_exit` ends it before the interpreter goes.
        self._thread = threading.Thread(target=self._run, args=(work,), name="ropar job", daemon=True)
        with _running_lock:
            _running.add(self)
        self._thread.start()

    @property
    def progress(self) -> float:
        """The share that is done, 0 to 1; it never falls."""
        return self._course.share

    @property
    def done(self) -> bool:
        """Whether there is a result or an error."""
        return self._future.done()

    def cancel(self) -> None:
        """Asks the job to stop; within about 100 ms it ends with :class:`Cancelled`.

        Does nothing to a job that is done.
        """
        self._course.stop.set()

    def result(self, timeout: float | None = None) -> T:
        """Waits for the result.

        Args:
            timeout: seconds to wait at most; ``None`` waits as long as it takes.

        Raises:
            Error: what the work failed with.
            Cancelled: after :meth:`cancel`.
            TimeoutError: where it takes longer than ``timeout``; the job goes on.
        """
        try:
            return self._future.result(timeout)
        except concurrent.futures.TimeoutError:
            if self._future.done():  # raised by the work itself
                raise
            raise TimeoutError(f"the job is not done after {timeout} s ({self._course.share:.0%})") from None
        finally:
            del self  # as in `_run`

    def add_done_callback(self, callback: Callable[[Job[T]], object]) -> None:
        """Calls ``callback(job)`` when the job is done, on the job's thread; at once where it is done already."""
        # Not those of the future, which keeps them: job and result would then live until the next garbage collection.
        with self._lock:
            if self._callbacks is not None:
                self._callbacks.append(callback)
                return
        callback(self)

    def __await__(self) -> Generator[Any, None, T]:
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[None] = loop.create_future()

        def wake() -> None:
            if not waiting.done():
                waiting.set_result(None)

        def finished(_: Job[T]) -> None:
            # The loop may be closed by the time the job ends: then nobody waits any more.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(wake)

        self.add_done_callback(finished)
        try:
            yield from waiting
        except asyncio.CancelledError:
            self.cancel()
            raise
        return self._future.result()

    def __repr__(self) -> str:
        state = "done" if self.done else "cancelling" if self._course.stop.is_set() else f"{self._course.share:.0%}"
        return f"<ropar.Job {state}>"

    def _run(self, work: Callable[[Report], T]) -> None:
        try:
            result = work(self._course.report)
        except BaseException as error:
            self._future.set_exception(self._course.raised or error)
        else:
            self._course.share = 1.0
            self._future.set_result(result)
            del result
        self._course.raised = None
        with self._lock:
            callbacks, self._callbacks = self._callbacks, None
        for callback in callbacks or ():
            try:
                callback(self)
            except Exception:
                logging.getLogger("ropar").exception("a callback of a job failed")
        with _running_lock:
            _running.discard(self)
        del self, work  # the error's traceback has this frame

    def _join(self, timeout: float | None = None) -> None:
        self._thread.join(timeout)


def wait_here(job: Job[T], progress: Callable[[float], bool | None] | None) -> T:
    """The result of ``job``, with ``progress`` called on this thread; an exception or Ctrl+C here cancels the job.

    The work runs on a thread of its own even where the caller waits: only then is Ctrl+C, which Python delivers between
    two of its own instructions, certain to end the work within 100 ms.
    """
    finished = threading.Event()
    job.add_done_callback(lambda _: finished.set())
    shown = -1.0
    try:
        while not finished.wait(0.02):
            if progress is not None and job.progress > shown:
                shown = job.progress
                if progress(shown):
                    job.cancel()
    except BaseException:
        job.cancel()
        job._join()
        raise
    if progress is not None and shown < 1.0 and job._future.exception() is None:
        progress(1.0)
    try:
        return job.result()
    finally:
        del job  # as in `_run`


_running: set[Job[Any]] = set()
_running_lock = threading.Lock()


@atexit.register
def _at_exit() -> None:
    """Ends all jobs: a thread that comes back from the library into a gone interpreter would crash."""
    with _running_lock:
        jobs = list(_running)
    for job in jobs:
        job.cancel()
    for job in jobs:
        job._join(5.0)
