package net.alexnet.server.studio;

import module java.base;
import net.alexnet.report.GrowingLog;
import net.alexnet.server.studio.RunTable.Run;

/// The logs of the runs that were looked at last, as far as they are read. Safe for use by many
/// threads.
final class RunLogs {
    private static final int KEPT = 16;

    private final Map<Path, GrowingLog> logs = new LinkedHashMap<>(KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, GrowingLog> eldest) {
            return size() > KEPT;
        }
    };

    /// What a run's log says now.
    ///
    /// @throws IOException if it cannot be read
    GrowingLog.Reading read(Run run) throws IOException {
        RunFiles.check(run.folder());
        GrowingLog log;
        synchronized (logs) {
            log = logs.computeIfAbsent(run.folder().log(), GrowingLog::new);
        }
        return log.read();
    }
}
