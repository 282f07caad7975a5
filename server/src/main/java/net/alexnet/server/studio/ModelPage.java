package net.alexnet.server.studio;

import module java.base;
import net.alexnet.inference.ModelCard;
import net.alexnet.inference.Provenance;
import net.alexnet.io.Texts;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.report.Html;
import net.alexnet.report.Section;
import net.alexnet.server.Call;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.Reply;
import net.alexnet.server.studio.RunTable.Run;
import net.alexnet.train.OpenModel;

/// The page about what a network learned. Its parts are filled by a script from what [ModelParts]
/// and [Mistakes] answer.
final class ModelPage {
    private final RunLookup lookup;
    private final OpenModels models;
    private final PageFrame frame;

    ModelPage(RunLookup lookup, OpenModels models, PageFrame frame) {
        this.lookup = lookup;
        this.models = models;
        this.frame = frame;
    }

    Reply page(Call call) throws IOException, HttpFailure, InterruptedException {
        Run run = lookup.run(call);
        CheckpointId chosen = lookup.checkpoint(run, call);
        List<Path> all = run.folder().checkpoints(1).list();
        ModelCard card = models.with(chosen, OpenModel::card);
        StringBuilder html = new StringBuilder("<div id=\"model\" data-run=\"").append(run.id())
                .append("\" data-checkpoint=\"").append(chosen.name()).append("\" data-checkpoints=\"")
                .append(all.stream().map(Path::getFileName).map(String::valueOf).collect(Collectors.joining(" ")))
                .append("\">\n").append(PageFrame.NEEDS_SCRIPT)
                .append("<form class=\"bar\"><label>Checkpoint <select name=\"checkpoint\" id=\"checkpoint\">");
        for (Path one : all.reversed()) {
            html.append("<option").append(one.equals(chosen.folder()) ? " selected" : "").append('>')
                    .append(one.getFileName())
                    .append("</option>");
        }
        html.append("</select></label> <button>Show</button></form>\n");
        html.append(new Section("filters", "Kernels of conv1", """
                <p class="bar"><label>Sort by <select id="order"><option value="index">number</option>
                <option value="share">color share</option><option value="norm">norm</option></select></label>
                <label id="when">Checkpoint <input type="range" id="epoch" min="0" step="1"> <output id="epoch-name"></output>
                </label></p>
                <div id="kernels"></div><p id="kernel" class="quiet" role="status"></p>
                """).html());
        html.append(new Section("way", "A picture's way through the layers", """
                <p class="bar"><label>A picture of yours <input type="file" id="own" accept="image/*">
                </label> <button type="button" id="random">A validation picture</button></p>
                <p id="way-said" role="status"></p><div id="maps"></div>
                <p id="unit-said" role="status"></p><ul class="cards" id="unit"></ul>
                """).html());
        html.append(new Section("evaluation", "Mistakes", """
                <p class="bar"><button type="button" id="evaluate">Evaluate on the validation pictures</button>
                <progress id="evaluating" hidden></progress> <span id="evaluation-said" role="status"></span></p>
                <div id="evaluated" hidden>
                <p class="bar"><label>Sort by <select id="sort"><option value="loss">loss</option>
                <option value="confidence">confidence in the wrong class</option>
                <option value="margin">margin, the least first</option></select></label>
                <label>True class <input type="search" id="truth" list="classes" autocomplete="off"></label>
                <label>taken for <input type="search" id="taken" list="classes" autocomplete="off"></label>
                <button type="button" id="relabel" disabled>Save the list of wrong labels</button></p>
                <datalist id="classes"></datalist>
                <p id="found" role="status"></p><ul class="cards" id="cards"></ul>
                <p><button type="button" id="more" hidden>More</button></p>
                <div id="tables"></div></div>
                """).html());
        html.append(new Section("card", "Card", card(card) + saved(run, chosen)).html());
        return frame.page(run, "model", "Model", List.of("model.js"), html.append("</div>\n").toString());
    }

    /// Links to the model as files.
    private static String saved(Run run, CheckpointId checkpoint) {
        List<String> extensions = Exports.extensions();
        return extensions.isEmpty()
                ? ""
                : extensions.stream().map(extension -> "<a class=\"button\" download href=\"/models/"
                        + run.id() + "/file?checkpoint=" + checkpoint.name() + "&amp;extension=" + extension + "\">"
                        + extension
                        + "</a>")
                        .collect(Collectors.joining(" ", "<p class=\"bar\" id=\"save\">Save this model as ", "</p>\n"));
    }

    /// What the model file says of itself.
    private static String card(ModelCard card) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("network", card.network().architecture().name() + ", " + String.format(Locale.ROOT, "%,d",
                card.network().architecture().parameters()) + " parameters");
        facts.put("layers", card.network().architecture().rows().stream().map(Row::name)
                .collect(Collectors.joining(", ")));
        facts.put("classes", String.format(Locale.ROOT, "%,d", card.classes().size()));
        facts.put("pictures", card.pictures());
        facts.put("origin", card.origin());
        card.provenance().map(Provenance::sha256).ifPresent(hash -> facts.put("SHA-256", hash));
        if (!card.untrained().isEmpty()) {
            facts.put("no trained weights of", String.join(", ", card.untrained()));
        }
        StringBuilder html = new StringBuilder(Html.facts(facts))
                .append("<details><summary>Classes</summary><ul class=\"names\">");
        card.classes().forEach(name -> html.append("<li>").append(Texts.markup(name)).append("</li>"));
        return html.append("</ul></details>\n").toString();
    }
}
