"""Work in the background."""

from __future__ import annotations

import asyncio
import atexit
import concurrent.futures
import contextlib
import threading
from collections.abc import Callable, Generator
from typing import Any, Generic, TypeVar

__all__ = ["Job"]

T = TypeVar("T", covariant=True)

#: A job hands this to its work: called with the share that is done (0 to 1), it answers whether to stop.
Report = Callable[[float], bool]


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
        self._stop = threading.Event()
        self._progress = 0.0
        self._listener = progress
        self._raised: BaseException | None = None
        # A daemon, so that a host that quits is not held up; `_at_exit` ends it before the interpreter goes.
        self._thread = threading.Thread(target=self._run, args=(work,), name="ropar job", daemon=True)
        with _running_lock:
            _running.add(self)
        self._thread.start()

    @property
    def progress(self) -> float:
        """The share that is done, 0 to 1; it never falls."""
        return self._progress

    @property
    def done(self) -> bool:
        """Whether there is a result or an error."""
        return self._future.done()

    def cancel(self) -> None:
        """Asks the job to stop; within about 100 ms it ends with :class:`Cancelled`.

        Does nothing to a job that is done.
        """
        self._stop.set()

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
            raise TimeoutError(f"the job is not done after {timeout} s ({self._progress:.0%})") from None

    def add_done_callback(self, callback: Callable[[Job[T]], object]) -> None:
        """Calls ``callback(job)`` when the job is done, on the job's thread; at once where it is done already."""
        self._future.add_done_callback(lambda _: callback(self))

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
        state = "done" if self.done else "cancelling" if self._stop.is_set() else f"{self._progress:.0%}"
        return f"<ropar.Job {state}>"

    def _run(self, work: Callable[[Report], T]) -> None:
        try:
            result = work(self._report)
        except BaseException as error:
            self._future.set_exception(self._raised or error)
        else:
            self._progress = 1.0
            self._future.set_result(result)
        finally:
            with _running_lock:
                _running.discard(self)

    def _report(self, share: float) -> bool:
        self._progress = max(self._progress, min(share, 1.0))
        if self._listener is not None and not self._stop.is_set():
            try:
                if self._listener(self._progress):
                    self._stop.set()
            # Nothing may be raised into the library; it comes out of `result`.
            except BaseException as error:
                self._raised = error
                self._stop.set()
        return self._stop.is_set()

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
    return job.result()


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
