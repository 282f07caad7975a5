package net.alexnet.server.studio;

import module java.base;
import net.alexnet.Classification.Guess;
import net.alexnet.data.image.Crop;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.figure.Occlusion;
import net.alexnet.figure.OcclusionFigure;
import net.alexnet.figure.Picture;
import net.alexnet.inference.TopK;
import net.alexnet.inference.Views;
import net.alexnet.io.Texts;
import net.alexnet.server.Call;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.Reply;
import net.alexnet.server.studio.RunTable.Run;
import net.alexnet.train.OpenModel;

/// The page where a picture is given to a network. Pictures are bodies of requests and are
/// forgotten with them.
final class TryPage {
    private static final int TOP = 5;

    private final RunLookup lookup;
    private final RunSummaries summaries;
    private final OpenModels models;
    private final PageFrame frame;
    private final Supplier<URI> address;
    private final boolean token;

    /// @param address of this server, for the line with curl
    /// @param token whether callers must show one
    TryPage(RunLookup lookup, RunSummaries summaries, OpenModels models, PageFrame frame, Supplier<URI> address,
            boolean token) {
        this.lookup = lookup;
        this.summaries = summaries;
        this.models = models;
        this.frame = frame;
        this.address = address;
        this.token = token;
    }

    /// Goes to the newest run that has a checkpoint.
    Reply newest(Call call) throws IOException {
        for (RunSummary one : summaries.all()) {
            if (one.problem().isEmpty() && RunFiles.hasCheckpoint(one.run().folder())) {
                return Reply.redirect("/try/" + one.run().id());
            }
        }
        return frame.page("Try", "/try", List.of(), "<h1>Try</h1>\n<p>No run has a checkpoint yet. A training saves its"
                + " first one at the end of an epoch.</p>\n");
    }

    Reply page(Call call) throws IOException, HttpFailure {
        Run run = lookup.run(call);
        CheckpointId checkpoint = lookup.checkpoint(run, call);
        String path = checkpoint.folder().toString();
        StringBuilder html = new StringBuilder("<div id=\"try\" data-run=\"" + run.id()
                + "\" data-checkpoint=\"" + checkpoint.name() + "\">\n" + PageFrame.NEEDS_SCRIPT);
        html.append("""
                <div id="drop" class="drop">
                <p class="bar"><label>Pictures <input type="file" id="files" accept="image/*" multiple></label>
                <button type="button" id="camera">Camera</button>
                <span class="quiet">or drop them here, or paste one. They stay on this machine and are not kept.</span></p>
                <div id="viewfinder" hidden><video id="video" playsinline muted></video>
                <p><button type="button" id="shoot">Take the picture</button>
                <button type="button" id="stop">Close the camera</button></p></div>
                <fieldset class="bar"><legend>views</legend>
                <label><input type="radio" name="views" value="1" checked> 1, the center</label>
                <label><input type="radio" name="views" value="10"> 10, as in the paper</label></fieldset>
                </div>
                <p id="said" role="status"></p>
                <div id="answer" hidden>
                <figure id="seen"><figcaption>What the network sees</figcaption></figure>
                <div id="bars"></div>
                <figure id="heat"><figcaption>What the answer depends on</figcaption>
                <p><button type="button" id="occlude">Show the occlusion map</button></p></figure>
                </div>
                <section id="near" aria-labelledby="near-title" hidden><h2 id="near-title">Nearest training pictures</h2>
                <p class="bar"><button type="button" id="find">Find them</button>
                <span id="near-said" class="quiet" role="status">By the features of the last hidden layer, which are computed
                once.</span></p><ul class="cards" id="nearest"></ul></section>
                <div id="table" hidden></div>
                """);
        html.append(
                "<section id=\"same\" aria-labelledby=\"same-title\"><h2 id=\"same-title\">The same answer elsewhere")
                .append("</h2>\n<p>The same model, picture and views give the same bits in float32 here, in the program")
                .append(" and in Java.</p>\n");
        code(html, "shell", "./alexnet classify " + Texts.argument(path) + " PICTURE --views ", "");
        code(html, "curl", "curl --data-binary @PICTURE" + (token ? " -H 'Authorization: Bearer TOKEN'" : "") + " '"
                + address.get() + "/try/" + run.id() + "/classify?checkpoint=" + checkpoint.name() + "&views=", "'");
        code(html, "Java", "try (ImageClassifier classifier = ImageClassifier.load(Path.of(\""
                + path.replace("\\", "\\\\").replace("\"", "\\\"") + "\"), Options.defaults().views(", """
                        ))) {
                            System.out.println(classifier.classify(Path.of("PICTURE")).top(5));
                        }""");
        return frame.page(run, "try", "Try", List.of("try.js"), html.append("</section>\n</div>\n").toString());
    }

    /// A line that does the same; a script sets the number of views between its parts.
    private static void code(StringBuilder html, String name, String before, String after) {
        html.append("<div class=\"same\"><h3>").append(name).append("</h3><pre tabindex=\"0\"><code>")
                .append(Texts.markup(before)).append("<span class=\"views\">1</span>").append(Texts.markup(after))
                .append("</code></pre><button type=\"button\" class=\"copy\">")
                .append("Copy<span class=\"unseen\"> the ").append(name).append("</span></button></div>\n");
    }

    /// What is said of a picture.
    ///
    /// @param top the five most probable classes, best first
    /// @param probabilities of all classes, in the order of `labels`
    /// @param unsure whether the picture may show none of the classes
    /// @param seen the center that one view shows the network
    @SuppressWarnings("ArrayRecordComponent") // written once, never compared
    private record Answer(List<Guess> top, List<String> labels, float[] probabilities, boolean unsure,
            double milliseconds, Tiles seen) {}

    /// Classifies the picture in the body.
    Reply classify(Call call) throws IOException, HttpFailure, InterruptedException {
        Views views = views(call);
        return models.with(lookup.checkpoint(lookup.run(call), call), model -> {
            long start = System.nanoTime();
            Image square = square(model, call.body());
            float[] found = probabilities(model, square, views);
            double milliseconds = (System.nanoTime() - start) / 1e6;
            List<String> labels = model.card().classes();
            List<Guess> top = TopK.best(found, 0, labels.size(), TOP).stream()
                    .map(index -> new Guess(labels.get(index), found[index])).toList();
            boolean unsure = model.unsureBelow().isPresent()
                    && top.getFirst().probability() < model.unsureBelow().getAsDouble();
            return Reply.json(new Answer(top, labels, found, unsure, milliseconds,
                    Tiles.of(center(square, model.card().preprocessing()))));
        });
    }

    private static float[] probabilities(OpenModel model, Image square, Views views) throws HttpFailure {
        try {
            return model.predictor(views).probabilities(List.of(square)).getFirst();
        } catch (IllegalArgumentException e) {
            throw new HttpFailure(400, String.valueOf(e.getMessage())); // a layer without trained weights
        }
    }

    private static Views views(Call call) throws HttpFailure {
        return switch (call.query("views").orElse("1")) {
            case "1" -> Views.CENTER;
            case "10" -> Views.TEN;
            default -> throw new HttpFailure(400, "views must be 1 or 10");
        };
    }

    /// The square of a picture that the network's views are cut from.
    ///
    /// @param file the bytes of a picture file
    /// @throws HttpFailure of status 400 if they are not a picture
    static Image square(OpenModel model, byte[] file) throws HttpFailure {
        if (file.length == 0) {
            throw new HttpFailure(400, "there is no picture: the body is empty; send the bytes of a JPEG or PNG file");
        }
        try {
            return model.decode(file);
        } catch (UnreadableImageException e) {
            throw new HttpFailure(400, "the picture cannot be read: " + e.getMessage());
        }
    }

    static Image center(Image square, Preprocessing preprocessing) {
        Crop center = Crop.center(preprocessing.resize(), preprocessing.crop());
        return square.crop(center.left(), center.top(), center.side(), center.side());
    }

    /// Where the probability of the most probable class falls when a part of the picture is
    /// covered.
    ///
    /// @param whole the probability with nothing covered
    /// @param least the lowest mean probability of a place
    private record Heat(String label, double whole, double least, double most, Tiles picture) {}

    /// Computes the occlusion map of the picture in the body.
    Reply occlusion(Call call) throws IOException, HttpFailure, InterruptedException {
        return models.with(lookup.checkpoint(lookup.run(call), call), model -> {
            Preprocessing preprocessing = model.card().preprocessing();
            Picture picture = new Picture("", OptionalInt.empty(), square(model, call.body()));
            Occlusion found = model.with(network -> Occlusion.of(network, picture, Occlusion.Square.of(preprocessing)));
            double least = Arrays.stream(found.map()).min().orElseThrow();
            double most = Arrays.stream(found.map()).max().orElseThrow();
            return Reply.json(new Heat(model.card().classes().get(found.label()), found.whole(), least, most,
                    Tiles.of(OcclusionFigure.heat(found, least, most))));
        });
    }
}
