package net.alexnet.server.studio;

import module java.base;
import net.alexnet.report.Page;
import net.alexnet.server.Call;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.Reply;

/// The style sheets and scripts of the pages. They are read once, and known by their names alone.
final class Assets {
    private static final Map<String, String> TYPES = Map.of("css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8", "png", "image/png");
    private static final List<String> NAMES = List.of("studio.css", "icon.png", "page.js", "runs.js", "run.js",
            "charts.js", "try.js", "model.js", "tiles.js", "data.js", "train.js");

    private final Map<String, Reply> files;

    private Assets(Map<String, Reply> files) {
        this.files = Map.copyOf(files);
    }

    /// Reads the files.
    ///
    /// @throws IOException if the program was built without one
    static Assets read() throws IOException {
        Map<String, Reply> files = new HashMap<>();
        files.put("report.css", reply("css", Page.styles().getBytes(StandardCharsets.UTF_8)));
        for (String name : NAMES) {
            try (InputStream in = Assets.class.getResourceAsStream(name)) {
                if (in == null) {
                    throw new IOException("the program was built without " + name + "; build it again");
                }
                files.put(name, reply(name.substring(name.lastIndexOf('.') + 1), in.readAllBytes()));
            }
        }
        return new Assets(files);
    }

    private static Reply reply(String extension, byte[] file) {
        return Reply.bytes(Objects.requireNonNull(TYPES.get(extension)), file);
    }

    /// The file that the part `{file}` of the path names.
    Reply get(Call call) throws HttpFailure {
        Reply found = files.get(call.segment("file"));
        if (found == null) {
            throw new HttpFailure(404, "there is no such file");
        }
        return found;
    }
}
