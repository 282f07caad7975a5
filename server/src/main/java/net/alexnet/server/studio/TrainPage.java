package net.alexnet.server.studio;

import com.fasterxml.jackson.databind.JsonNode;
import module java.base;
import net.alexnet.inference.ModelImporter;
import net.alexnet.io.Texts;
import net.alexnet.server.Call;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.Json;
import net.alexnet.server.Reply;
import net.alexnet.server.studio.RunTable.Run;
import net.alexnet.server.studio.Trainings.Report;
import net.alexnet.train.DataSource;
import net.alexnet.train.RunFolder;

/// The page that starts and stops trainings. Only JSON starts one, which no form of another site
/// can send; the server checks where requests come from.
final class TrainPage {
    private static final String SCRATCH = "scratch";
    private static final int MOST_EPOCHS = 1000;

    private final TrainingFolders folders;
    private final Trainings trainings;
    private final RunTable runs;
    private final RunSummaries summaries;
    private final Path target;
    private final int threads;
    private final PageFrame frame;

    /// @param target the folder in which trainings make their runs
    /// @param threads of each training
    TrainPage(TrainingFolders folders, Trainings trainings, RunTable runs, RunSummaries summaries, Path target,
            int threads, PageFrame frame) {
        this.folders = folders;
        this.trainings = trainings;
        this.runs = runs;
        this.summaries = summaries;
        this.target = target;
        this.threads = threads;
        this.frame = frame;
    }

    Reply page(Call call) throws IOException {
        StringBuilder html = new StringBuilder("<h1>Train</h1>\n").append(PageFrame.NEEDS_SCRIPT);
        SequencedMap<String, Path> all = folders.all();
        if (all.isEmpty()) {
            html.append(
                    "<p>There is no folder of pictures below those named by --data. A folder to train on has a folder")
                    .append(" for each class, with the pictures of that class in it; a .csv list with the columns path")
                    .append(" and label will do, too.</p>\n");
        } else {
            form(html, all);
        }
        html.append("<p id=\"said\" role=\"status\"></p>\n<div id=\"contents\"></div>\n");
        List<RunSummary> stopped = stopped();
        if (!stopped.isEmpty()) {
            html.append("<form id=\"resume\" class=\"form\">\n<label>A run that was stopped <select id=\"run\">");
            stopped.forEach(one -> option(html, one.run().id(), one.run().name() + ", " + one.epoch() + " of "
                    + Texts.count(one.epochs(), "epoch")));
            html.append("</select></label> <button>Continue</button></form>\n");
        }
        html.append("<section aria-labelledby=\"trainings-title\"><h2 id=\"trainings-title\">")
                .append("Trainings</h2><p class=\"quiet\">One runs at a time. Their runs appear under <a href=\"/\">Runs</a>.")
                .append("</p><div id=\"trainings\"></div></section>\n");
        return frame.page("Train", "/train", List.of("train.js"), html.toString());
    }

    private void form(StringBuilder html, SequencedMap<String, Path> all) throws IOException {
        html.append("<form id=\"train\" class=\"form\">\n<label>Pictures <select id=\"folder\">");
        all.forEach((id, path) -> option(html, id, path.toString()));
        html.append("</select></label> <button type=\"button\" id=\"look\">What is in it?</button>\n")
                .append("<label>Start from <select id=\"base\">");
        option(html, SCRATCH, "scratch: initial weights");
        for (ModelImporter importer : ModelImporter.installed()) {
            importer.published().forEach(name -> option(html, "model " + name, name + ", published"));
        }
        for (Run run : runs.all()) {
            if (RunFiles.hasCheckpoint(run.folder())) {
                option(html, "run " + run.id(), "the run " + run.name());
            }
        }
        html.append("</select></label>\n<label>Epochs <input type=\"number\" id=\"epochs\" min=\"1\" max=\"")
                .append(MOST_EPOCHS).append("\" placeholder=\"as the recipe has\"></label>\n")
                .append("<button id=\"start\">Start</button></form>\n");
    }

    /// The runs that can be continued.
    private List<RunSummary> stopped() throws IOException {
        return summaries.all().stream().filter(one -> one.state() == RunState.STOPPED && one.problem().isEmpty()
                && RunFiles.hasCheckpoint(one.run().folder()) && !isReproduction(one.run())).toList();
    }

    /// Only `reproduce` continues its own runs: it has a lock beside each, and writes more files.
    private static boolean isReproduction(Run run) {
        Path path = run.folder().path();
        return Files.exists(path.resolveSibling(path.getFileName() + ".lock"));
    }

    private static void option(StringBuilder html, String value, String text) {
        html.append("<option value=\"").append(Texts.markup(value)).append("\">").append(Texts.markup(text))
                .append("</option>");
    }

    /// What is in a folder or a list; reads all its pictures.
    Reply contents(Call call) throws IOException, HttpFailure {
        return Reply.json(folders.inspect(folder(call.segment("folder")), () -> false));
    }

    private Path folder(String id) throws IOException, HttpFailure {
        return folders.find(id).orElseThrow(() -> new HttpFailure(404,
                "there is no such folder of pictures; /train lists those that may be trained on"));
    }

    /// The trainings that were started here.
    Reply list(Call call) {
        return Reply.json(trainings.all());
    }

    /// Starts a training or continues a run, or puts it behind those that wait.
    Reply start(Call call) throws IOException, HttpFailure {
        if (!call.type().equals("application/json")) {
            throw new HttpFailure(415, "a training is described by JSON, found the type '" + call.type() + "'");
        }
        JsonNode wanted = Json.object(call.body(), 0, call.body().length);
        if (wanted.hasNonNull("resume")) {
            return resume(wanted.path("resume").asText());
        }
        if (!wanted.hasNonNull("folder")) {
            throw new HttpFailure(400, "folder is missing; expected the id of a folder of pictures that /train lists");
        }
        Path folder = folder(wanted.path("folder").asText());
        String base = wanted.path("base").asText(SCRATCH);
        List<String> arguments = new ArrayList<>();
        if (base.equals(SCRATCH)) {
            arguments.add("train");
        } else {
            arguments.addAll(List.of("finetune", base(base)));
        }
        arguments.addAll(List.of("--data", folder.toString(), "--runs", target.toString(), "--threads",
                String.valueOf(threads), "--progress", "plain"));
        if (wanted.hasNonNull("epochs")) {
            arguments.addAll(List.of("--epochs", String.valueOf(epochs(wanted.path("epochs")))));
        }
        String title = folder.getFileName() + ", from " + base.replaceFirst("^(run|model) ", "");
        return add(title, arguments, () -> folders.requireWithin(folder));
    }

    private static int epochs(JsonNode sent) throws HttpFailure {
        int epochs = sent.canConvertToExactIntegral() && sent.canConvertToInt() ? sent.intValue() : 0;
        if (epochs < 1 || epochs > MOST_EPOCHS) {
            throw new HttpFailure(400, "epochs must be a whole number of 1 to " + MOST_EPOCHS + ", found "
                    + (sent.isContainerNode() ? sent.getNodeType() : sent));
        }
        return epochs;
    }

    /// @param check is made now, so that the user is told at once, and again when the training
    ///     starts
    private Reply add(String title, List<String> arguments, Trainings.Check check) throws IOException, HttpFailure {
        check.run();
        Report added = trainings.add(title, arguments, check)
                .orElseThrow(() -> HttpFailure.busy("too many trainings wait; stop one, or wait until one ends", 60));
        return Reply.json(added);
    }

    private Reply resume(String id) throws IOException, HttpFailure {
        RunSummary run = stopped().stream().filter(one -> one.run().id().equals(id)).findFirst()
                .orElseThrow(() -> new HttpFailure(404,
                        "there is no stopped run of this id with a checkpoint; /train lists those that there are"));
        List<String> arguments = List.of("train", "--resume", run.run().folder().path().toString(), "--threads",
                String.valueOf(threads), "--progress", "plain");
        if (trainings.isPending(arguments)) {
            throw new HttpFailure(409, "this run waits already to be continued; its place is in the list below");
        }
        RunFolder stopped = run.run().folder();
        return add(run.run().name() + ", continued", arguments, () -> requireWithin(stopped));
    }

    private void requireWithin(RunFolder run) throws IOException, HttpFailure {
        String source = run.recipe().data().source();
        if (DataSource.isPath(source)) {
            folders.requireWithin(Path.of(source));
        }
    }

    private String base(String name) throws IOException, HttpFailure {
        if (name.startsWith("run ")) {
            Optional<Run> run = runs.find(name.substring(4));
            if (run.isPresent() && RunFiles.hasCheckpoint(run.get().folder())) {
                return run.get().folder().path().toString();
            }
        } else
            if (name.startsWith("model ")
                    && ModelImporter.installed().stream().anyMatch(it -> it.published().contains(name.substring(6)))) {
                        return name.substring(6);
                    }
        throw new HttpFailure(404, "there is no run or published model '" + name + "' to start from");
    }

    /// Stops a training.
    Reply stop(Call call) throws HttpFailure {
        Optional<Report> stopped;
        try {
            stopped = trainings.stop(Integer.parseInt(call.segment("number")));
        } catch (NumberFormatException e) {
            stopped = Optional.empty();
        }
        return Reply.json(stopped.orElseThrow(() -> new HttpFailure(404, "there is no training of this number")));
    }
}
