package net.alexnet.report;

import module java.base;
import net.alexnet.train.RunFolder;

/// The sections of a page that need only the runs' folders, not their pictures or weights. They can be made at any time of
/// a training, and are the same in `report.html` and in a page that shows the training as it goes.
public final class RunSections {
    private RunSections() {}

    /// The parts of the page of one run.
    ///
    /// @param log of the run, as far as it is read
    /// @throws IOException if the run's recipe cannot be read
    public static List<Section> of(RunFolder folder, RunLog log) throws IOException {
        return of(RunRecord.now(folder, log), Optional.empty(), List.of());
    }

    /// The parts of a page that compares runs.
    ///
    /// @param logs of the runs, in their order
    /// @throws IOException if a recipe cannot be read
    public static List<Section> comparing(List<RunFolder> folders, List<RunLog> logs) throws IOException {
        List<RunRecord> runs = new ArrayList<>();
        for (int i = 0; i < folders.size(); i++) {
            runs.add(RunRecord.now(folders.get(i), logs.get(i)));
        }
        return new RunComparison(runs).sections();
    }

    /// @param pictures their numbers, in words
    /// @param evaluated the parts that come of the weights and the pictures
    static List<Section> of(RunRecord run, Optional<String> pictures, List<Section> evaluated) throws IOException {
        List<Section> sections = new ArrayList<>(List.of(Overview.facts(run, pictures), Curves.learning(run.log())));
        LayerCharts.of(run.log().epochs()).ifPresent(sections::add);
        sections.addAll(evaluated);
        sections.add(Curves.speed(run.log()));
        sections.add(Overview.network(run));
        sections.add(RecipeKeys.section(run));
        return sections;
    }
}
