package net.alexnet.report;

import module java.base;
import net.alexnet.inference.ModelCard;
import net.alexnet.io.Texts;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.report.RunLog.Errors;
import net.alexnet.report.Table.Cell;
import net.alexnet.tensor.ComputeEnvironment;
import net.alexnet.train.Checkpoint;
import net.alexnet.train.config.FineTuneConfig;

/// What was trained on what, and how well.
final class Overview {
    private static final int NAMED = 20; // classes

    private Overview() {}

    /// @param pictures the numbers of training and validation pictures, in words; empty if the pictures are no longer there
    static Section facts(RunRecord run, Optional<String> pictures) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("recipe", run.recipe().name() + run.recipe().fineTuning().map(FineTuneConfig::model)
                .map(model -> ", fine-tuned from " + model).orElse(", from scratch"));
        facts.put("pictures", run.recipe().data().source() + pictures.map(text -> ": " + text).orElse(""));
        run.card().map(ModelCard::classes)
                .ifPresent(classes -> facts.put("classes", classes.size() + ": " + Texts.listed(classes, NAMED)));
        facts.put("training", run.epochs() + " of " + Texts.count(run.recipe().epochs(), "epoch")
                + ", " + Texts.count(run.steps(), "step") + " of "
                + Texts.count(run.recipe().batch(), "picture")
                + (run.recipe().picturesAtOnce() < run.recipe().batch()
                        ? ", " + run.recipe().picturesAtOnce() + " at a time"
                        : ""));
        run.log().diverged().ifPresent(it -> facts.put("diverged", it.text()));
        addErrors(facts, run);
        facts.put("time", (run.isWithinAnEpoch() ? "about " : "") + Texts.duration(run.seconds())
                + ", validation included");
        run.checkpoint().map(Checkpoint::environment)
                .ifPresent(machine -> facts.put("computed by", text(machine)));
        run.checkpoint().ifPresent(last -> facts.put("last checkpoint", "saved " + last.written()));
        return new Section("overview", "What was trained", Html.facts(facts));
    }

    private static void addErrors(Map<String, String> facts, RunRecord run) {
        run.log().linear().ifPresent(linear -> facts.put("linear classifier",
                "top-1 error " + linear.validation()
                        .map(it -> RunRecord.text(it.top1(), it.images()) + " on " + pictures(it))
                        .orElseGet(() -> Format.percent(linear.outOfFold()) + " by cross-validation")
                        + ", before the other layers learned"));
        run.validation().ifPresentOrElse(it -> facts.put("validation error", errors(it)
                + " after the last epoch, which nothing selected"),
                () -> facts.put("validation error", "none: the run's log has no validation of its last epoch"));
        run.bestEpoch().filter(best -> best.epoch() < run.epochs())
                .ifPresent(best -> facts.put("best epoch", best.epoch() + ", with a top-1 error of "
                        + Format.percent(best.validation().orElseThrow().top1())
                        + ", which is too low, because this epoch was chosen by the same pictures"));
        run.log().test().ifPresent(test -> facts.put("test error", errors(test.errors()) + " of " + test.data()));
    }

    private static String errors(Errors it) {
        return "top-1 " + RunRecord.text(it.top1(), it.images())
                + (it.hasTop5() ? ", top-5 " + RunRecord.text(it.top5(), it.images()) : "") + " on " + pictures(it);
    }

    private static String pictures(Errors it) {
        return Texts.count(it.images(), "picture");
    }

    private static String text(ComputeEnvironment machine) {
        return machine.engine() + "; " + machine.device() + "; " + Texts.count(machine.threads(), "thread") + "; "
                + machine.instructions();
    }

    static Section network(RunRecord run) {
        Architecture network = run.recipe().network().architecture();
        Table table = new Table("Layers of " + network.name(),
                List.of("layer", "output", "parameters", "multiply-adds"));
        table.row(List.of(Cell.text("input"), Cell.text(network.input().toString()), Cell.text(""), Cell.text("")));
        for (Row row : network.rows()) {
            table.row(List.of(Cell.text(row.name()), Cell.text(row.out().toString()), Cell.count(row.parameters()),
                    Cell.count(row.multiplyAdds())));
        }
        table.row(List.of(Cell.text("in all"), Cell.text(""), Cell.count(network.parameters()),
                Cell.count(network.multiplyAdds())));
        return new Section("network", "Network", Html.paragraph("Shapes are channels × height × width of one picture;"
                + " multiply-adds are those of its forward pass.") + table.html());
    }
}
