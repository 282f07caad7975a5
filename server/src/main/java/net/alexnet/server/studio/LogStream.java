package net.alexnet.server.studio;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import module java.base;
import net.alexnet.server.Call;
import net.alexnet.server.EventStream;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.Json;
import net.alexnet.server.Reply;
import net.alexnet.server.studio.LogFollower.Lines;
import net.alexnet.server.studio.RunTable.Run;

/// The lines of a log as they are written: as events, or for those who ask again and again.
///
/// An event `lines` has the added lines, the first part of the run's page (`now`) and as its id the
/// byte behind the lines, by which a client that was cut off resumes. An event `reset` says that the
/// log was replaced, and one named `state` that a training began or ended.
final class LogStream {
    private static final long LOOK = 100; // milliseconds between two looks at the file
    private static final long EVENT = 1000; // and at least between two events: each one is drawn

    private final RunLookup lookup;
    private final RunSummaries summaries;
    private final RunPage page;

    LogStream(RunLookup lookup, RunSummaries summaries, RunPage page) {
        this.lookup = lookup;
        this.summaries = summaries;
        this.page = page;
    }

    private record Event(@JsonUnwrapped Lines added, String now) {}

    /// Follows a log until the client goes.
    void open(Call call, EventStream stream) throws IOException, HttpFailure {
        Run run = lookup.run(call);
        RunFiles.check(run.folder());
        long after = offset(stream.lastEventId().or(() -> call.query("after")));
        Thread.ofVirtual().name("log-", 0).start(() -> follow(run, new LogFollower(run.folder().log(), after), stream));
    }

    private void follow(Run run, LogFollower follower, EventStream stream) {
        Optional<RunState> state = Optional.empty();
        try {
            for (int look = 0; stream.isOpen(); look++) {
                Optional<Lines> added = follower.next();
                if (added.isPresent()) {
                    send(stream, run, added.get());
                }
                if (look % 10 == 0) { // a lock is not looked at as often
                    RunState now = summaries.of(run).state();
                    if (state.isPresent() && state.get() != now) {
                        stream.send("state", "", now.word());
                    }
                    state = Optional.of(now);
                }
                Thread.sleep(added.isPresent() ? EVENT : LOOK);
            }
        } catch (IOException | RuntimeException e) {
            // the client connects again, and is told then if the run is gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            stream.close();
        }
    }

    private void send(EventStream stream, Run run, Lines lines) throws IOException {
        stream.send(lines.reset() ? "reset" : "lines", String.valueOf(lines.offset()), Json.text(
                new Event(lines, page.now(run))));
    }

    /// The lines after the byte that the parameter `after` names, for clients without event
    /// streams.
    Reply lines(Call call) throws IOException, HttpFailure {
        Run run = lookup.run(call);
        RunFiles.check(run.folder());
        long after = offset(call.query("after"));
        return Reply.json(new LogFollower(run.folder().log(), after).next()
                .orElse(new Lines(after, false, 0, List.of())));
    }

    private static long offset(Optional<String> text) throws HttpFailure {
        try {
            return text.isEmpty() ? 0 : Math.max(0, Long.parseLong(text.get()));
        } catch (NumberFormatException e) {
            throw new HttpFailure(400, "a place in a log is a number of bytes, such as 0; found '" + text.get() + "'");
        }
    }
}
