package net.alexnet.server.studio;

import module java.base;
import net.alexnet.server.Call;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.studio.RunTable.Run;
import net.alexnet.train.CheckpointStore;

/// Finds what an address names.
record RunLookup(RunTable table) {
    /// The run that the part `{run}` of the path names.
    ///
    /// @throws HttpFailure of status 404 if there is none
    Run run(Call call) throws IOException, HttpFailure {
        return table.find(call.segment("run")).orElseThrow(() -> new HttpFailure(404,
                "there is no run of this id; / lists the runs"));
    }

    /// The checkpoint that the parameter `checkpoint` names by the name of its folder, or the run's
    /// last one.
    ///
    /// @throws HttpFailure of status 404 if there is none
    CheckpointId checkpoint(Run run, Call call) throws IOException, HttpFailure {
        RunFiles.check(run.folder());
        CheckpointStore store = run.folder().checkpoints(1);
        Optional<String> name = call.query("checkpoint");
        Optional<Path> found = name.isEmpty()
                ? store.latest()
                : store.list().stream().filter(one -> name.get().equals(String.valueOf(one.getFileName()))).findFirst();
        Path folder = found.orElseThrow(() -> new HttpFailure(404, name.isEmpty()
                ? "the run has no checkpoint yet; wait for its first one"
                : "the run has no such checkpoint, or its training has removed it; leave the name out for the last one"));
        RunFiles.checkCheckpoint(run.folder(), folder);
        return CheckpointId.of(folder);
    }
}
