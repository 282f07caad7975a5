package net.alexnet.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.alexnet.dataset.Dataset;
import net.alexnet.dataset.Datasets;
import net.alexnet.dataset.EvaluationSet;
import net.alexnet.dataset.PictureSet;
import net.alexnet.dataset.PreparedPictures;
import net.alexnet.dataset.Rejected;
import net.alexnet.eval.Ensemble.Input;
import net.alexnet.image.PictureCodec;
import net.alexnet.image.Preprocessing;
import net.alexnet.recipe.Recipe;
import net.alexnet.run.TrainingPictures;
import net.alexnet.shards.Preparation;
import net.alexnet.shards.ShardedDataset;

/// The pictures of an evaluation as each model wants them.
///
/// @param inputs one for each model, in their order; all hold the same pictures
/// @param rejected the pictures that were left out
/// @param submissionIds the number of each class in a submission to the ILSVRC, where the data knows it
record EvaluationData(
        List<Input> inputs, List<Rejected> rejected, Optional<List<Integer>> submissionIds) {

    /// What it takes to open pictures.
    ///
    /// @param workers threads that read pictures
    /// @param progress is told how it goes
    record Tools(PictureCodec codec, int workers, ConsoleProgress progress) {}

    /// Opens the pictures of a folder, or those that the models were validated on.
    ///
    /// @param models with the same classes and channels
    static EvaluationData open(Optional<Path> folder, List<NamedModel> models, Tools tools)
            throws IOException, InterruptedException {
        if (folder.isPresent() && ShardedDataset.isIn(folder.get())) {
            return prepared(ShardedDataset.open(folder.get(), tools.codec), models, tools);
        }
        if (folder.isEmpty()) {
            return validated(models, tools);
        }
        EvaluationSet set = named(folder.get(), models, tools);
        tools.progress.say(set.description());
        return squares(set, models, tools);
    }

    /// The validation part of a prepared dataset.
    private static EvaluationData prepared(ShardedDataset dataset, List<NamedModel> models, Tools tools)
            throws IOException {
        List<String> classes = models.getFirst().classes();
        PictureSet pictures = dataset.validation().withClasses(classes);
        tools.progress.say("all " + pictures.size() + " validation pictures of " + dataset.path());
        List<Input> inputs = new ArrayList<>();
        for (NamedModel model : models) {
            Preprocessing preprocessing = model.model().card().preprocessing();
            Preparation stored = dataset.preparation();
            if (preprocessing.resize() > stored.side() || preprocessing.channels() != stored.channels()) {
                throw new IOException(dataset.path() + " was prepared with squares of " + stored.side() + " pixels and "
                        + stored.channels() + " channels, but " + model.path() + " looks at " + preprocessing.resize()
                        + " and " + preprocessing.channels() + "; prepare it again with --size "
                        + preprocessing.resize() + " --channels " + preprocessing.channels());
            }
            inputs.add(new Input(dataset.squares(pictures, preprocessing.resize(), tools.codec), preprocessing));
        }
        boolean named = dataset.dataset().classes().equals(classes);
        return new EvaluationData(inputs, dataset.unreadValidation(), named
                ? new EvaluationSet("", pictures, dataset.dataset().synsets()).submissionIds()
                : Optional.empty());
    }

    /// The pictures that `--data` names. The one place that knows what it can name.
    private static EvaluationSet named(Path folder, List<NamedModel> models, Tools tools) throws IOException {
        NamedModel first = models.getFirst();
        EvaluationSet set = Datasets.openForEvaluation(
                folder, tools.codec, first.model().card().preprocessing().channels(), first.classes());
        for (NamedModel model : models) {
            if (holdsTrainingPictures(folder, set, model, tools)) {
                tools.progress.warning((models.size() == 1 ? "the model" : model.path().toString())
                        + " was trained on a part of " + folder + ", so this error is too good; leave --data away for"
                        + " the pictures that were held out");
            }
        }
        return set;
    }

    /// Whether a model's run held its validation pictures out of this folder, which is now taken whole.
    private static boolean holdsTrainingPictures(Path folder, EvaluationSet set, NamedModel model, Tools tools)
            throws IOException {
        if (isModelFile(model.path())) {
            return false;
        }
        Recipe recipe = RunCheckpoint.last(model.path()).run().recipe();
        return recipe.data().source().equals(DataSource.absolute(folder.toString()))
                && DataSource.open(recipe, tools.codec).dataset().validation().size() < set.pictures().size();
    }

    /// The pictures that the first model's run was validated on, as they were prepared for it.
    private static EvaluationData validated(List<NamedModel> models, Tools tools)
            throws IOException, InterruptedException {
        if (models.stream().anyMatch(model -> isModelFile(model.path()))) {
            throw new MisuseException(
                    "a model file does not say which pictures to evaluate it on; name them with --data DIR");
        }
        NamedModel first = models.getFirst();
        List<Input> inputs = new ArrayList<>();
        TrainingPictures pictures = pictures(first, first, tools);
        requireClasses(pictures.squares(), first);
        for (NamedModel model : models) {
            TrainingPictures sized = model.equals(first) ? pictures : pictures(first, model, tools);
            inputs.add(new Input(sized.squares().validation(), model.model().card().preprocessing()));
            if (!names(DataSource.open(recipe(model), tools.codec).dataset().validation())
                    .equals(names(DataSource.open(recipe(first), tools.codec).dataset().validation()))) {
                tools.progress.warning(model.path() + " was validated on other pictures than " + first.path()
                        + " and may have been trained on some of these, so its error and the average's may be too good;"
                        + " name pictures that are new to both with --data");
            }
        }
        tools.progress.say("the pictures that the run was validated on");
        PictureSet judged = pictures.squares().validation();
        return new EvaluationData(inputs, pictures.unreadValidation(),
                new EvaluationSet("", judged, pictures.squares().synsets()).submissionIds());
    }

    private static void requireClasses(Dataset dataset, NamedModel model) throws IOException {
        if (!dataset.classes().equals(model.classes())) {
            throw new IOException("the classes of " + dataset.name() + " are no longer those of the model: found "
                    + dataset.classes() + ", expected " + model.classes()
                    + ". Put them back, or name other pictures with --data");
        }
    }

    private static Recipe recipe(NamedModel model) throws IOException {
        return RunCheckpoint.last(model.path()).run().recipe();
    }

    /// The pictures of a run, as a model wants them.
    private static TrainingPictures pictures(NamedModel run, NamedModel model, Tools tools)
            throws IOException, InterruptedException {
        Preprocessing preprocessing = model.model().card().preprocessing();
        return DataSource.open(recipe(run), tools.codec)
                .pictures(preprocessing.resize(), preprocessing.channels(), tools.codec, tools.workers,
                        tools.progress, () -> false);
    }

    private static List<String> names(PictureSet pictures) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < pictures.size(); i++) {
            names.add(pictures.name(i));
        }
        return names;
    }

    private static boolean isModelFile(Path model) {
        return Files.isRegularFile(model) && !model.endsWith("latest");
    }

    /// Makes squares of the pictures, once for each side that a model asks for.
    private static EvaluationData squares(EvaluationSet set, List<NamedModel> models, Tools tools)
            throws IOException, InterruptedException {
        long sides = models.stream().map(model -> model.model().card().preprocessing().resize()).distinct().count();
        Map<Integer, PreparedPictures> bySide = new LinkedHashMap<>();
        List<Input> inputs = new ArrayList<>();
        for (NamedModel model : models) {
            Preprocessing preprocessing = model.model().card().preprocessing();
            PreparedPictures squares = bySide.get(preprocessing.resize());
            if (squares == null) {
                squares = PreparedPictures.prepare(
                        set.pictures(),
                        tools.codec,
                        preprocessing.resize(),
                        preprocessing.channels(),
                        tools.workers,
                        PreparedPictures.defaultBudget() / sides,
                        (done, total) -> tools.progress.preparing("evaluation", done, total));
                bySide.put(preprocessing.resize(), squares);
            }
            inputs.add(new Input(squares, preprocessing));
        }
        List<Rejected> rejected = bySide.values().iterator().next().rejected();
        for (PreparedPictures squares : bySide.values()) {
            if (!squares.rejected().equals(rejected)) {
                throw new IOException("the pictures have changed while they were read; evaluate again");
            }
        }
        return new EvaluationData(inputs, rejected, set.submissionIds());
    }
}
