package net.alexnet.server.studio;

import module java.base;
import net.alexnet.Options;
import net.alexnet.inference.ModelExporter;
import net.alexnet.io.CacheFolder;
import net.alexnet.io.CacheFolder.Kind;
import net.alexnet.io.Hashes;
import net.alexnet.io.PrivateFolder;
import net.alexnet.server.Call;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.Reply;
import net.alexnet.server.studio.RunTable.Run;
import net.alexnet.train.ModelFile;

/// Models as files of other programs, to save from the page. They are made in the folder for
/// caches.
final class Exports {
    private static final int HASH = 32; // hex digits

    private final RunLookup lookup;
    private final Options options;

    /// Written by this process: an older version of the program may have written another file of the same name.
    private final Set<Path> written = new HashSet<>();

    Exports(RunLookup lookup, Options options) {
        this.lookup = lookup;
        this.options = options;
    }

    /// The extensions of the files that can be made, each with its dot.
    static List<String> extensions() {
        return ModelExporter.installed().stream().flatMap(one -> one.extensions().stream()).toList();
    }

    /// A checkpoint's model in the format of the parameter `extension`.
    Reply file(Call call) throws IOException, HttpFailure {
        Run run = lookup.run(call);
        CheckpointId checkpoint = lookup.checkpoint(run, call);
        String extension = call.query("extension").orElse("");
        ModelExporter exporter = ModelExporter.installed().stream().filter(
                one -> one.extensions().contains(extension)).findFirst().orElseThrow(
                        () -> new HttpFailure(400,
                                "the parameter extension must be one of " + extensions() + ", found '" + extension
                                        + "'"));
        CacheFolder cache = new CacheFolder(options.cache());
        cache.make();
        PrivateFolder.make(cache.folder(Kind.EXPORTS));
        Path file = cache.entry(Kind.EXPORTS, Hashes.hex(checkpoint.toString().getBytes(StandardCharsets.UTF_8))
                .substring(0, HASH) + extension);
        write(exporter, checkpoint, file, extension);
        Reply reply = Reply.file(run.id() + "-" + checkpoint.name() + extension, file);
        cache.trim();
        return reply;
    }

    /// Writes the file unless this process has written it; one file at a time.
    private synchronized void write(ModelExporter exporter, CheckpointId checkpoint, Path file, String extension)
            throws IOException, HttpFailure {
        CacheFolder.touch(file);
        if (!written.contains(file) || !Files.exists(file)) {
            try {
                exporter.write(file, ModelFile.find(checkpoint.folder(), options.checkpoint()).stored());
            } catch (IllegalArgumentException e) {
                throw new HttpFailure(409, "this model cannot be saved as " + extension + ": " + e.getMessage());
            }
            written.add(file);
        }
    }
}
