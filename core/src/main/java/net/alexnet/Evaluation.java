package net.alexnet;

import module java.base;
import net.alexnet.data.ProgressListener;
import net.alexnet.data.RejectedImage;
import net.alexnet.data.Synset;
import net.alexnet.inference.Engines;
import net.alexnet.inference.Ensemble;
import net.alexnet.inference.Ensemble.Member;
import net.alexnet.inference.Ensemble.Outcome;
import net.alexnet.inference.Ensemble.ViewReport;
import net.alexnet.inference.PredictionWriter;
import net.alexnet.inference.ProbabilityTable;
import net.alexnet.inference.TopKErrors.ClassErrors;
import net.alexnet.inference.TopKErrors.Report;
import net.alexnet.tensor.Backend;
import net.alexnet.train.EvaluationData;
import net.alexnet.train.NamedModel;

/// How often a model, or the average of several, is wrong on labeled pictures.
///
/// ```java
/// Evaluation result = Evaluation.of(Path.of("runs/latest")).on(Path.of("val/")).views(10).run();
/// System.out.println(result.errors().top5());
/// ```
///
/// @param errors over all views of each picture; of several models, those of the average of their probabilities (§6.1 of
///     the paper, table 2)
/// @param center of the center view alone; empty if it is the only view
/// @param models each model by itself, in the order given
/// @param confusions the ten most frequent mistakes of `errors`, most frequent first
/// @param perClass the top-1 error of each class that has pictures, in the model's order
/// @param unreadable how many pictures were left out, because they cannot be read
public record Evaluation(Report errors, Optional<Report> center, List<ModelErrors> models, List<Confusion> confusions,
        List<ClassError> perClass, int unreadable) {
    /// Views that go through a network at a time.
    private static final int BATCH = 128;

    /// The errors of one model.
    ///
    /// @param model as it was given
    /// @param errors over all views
    /// @param center of the center view alone; empty if it is the only view
    public record ModelErrors(Path model, Report errors, Optional<Report> center) {}

    /// A frequent mistake.
    ///
    /// @param label the true class
    /// @param predicted the class that was the most probable one instead
    /// @param count how often
    public record Confusion(String label, String predicted, int count) {}

    /// The top-1 error of one class.
    ///
    /// @param label the class
    /// @param errors its counts
    public record ClassError(String label, ClassErrors errors) {}

    /// Starts to describe an evaluation.
    ///
    /// @param models at least one, each as for [ImageClassifier#load(Path)], with the same classes
    public static Builder of(Path... models) {
        return new Builder(List.of(models));
    }

    /// Describes an evaluation. Used by one thread, and for one evaluation.
    public static final class Builder {
        private final List<Path> models;
        private Optional<String> pictures = Optional.empty();
        private Optional<Path> predictions = Optional.empty();
        private Optional<Path> submission = Optional.empty();
        private Optional<Path> probabilities = Optional.empty();
        private Options options = Options.defaults();
        private ProgressListener listener = ProgressListener.NONE;
        private boolean warns = true;

        private Builder(List<Path> models) {
            if (models.isEmpty()) {
                throw new IllegalArgumentException("an evaluation needs at least one model");
            }
            this.models = models;
        }

        /// The pictures: one subfolder per class, a prepared dataset, ILSVRC-2012's tars, CIFAR-10's batches or IDX files;
        /// the validation part of those that have one. Default: the pictures that the model's run was validated on.
        public Builder on(Path folder) {
            return on(folder.toString());
        }

        /// The pictures, as for [#on(Path)], or an address as for [Training#on(String)].
        public Builder on(String source) {
            pictures = Optional.of(source);
            return this;
        }

        /// How many views of each picture are averaged: 1 or 10. See [Options#views()].
        public Builder views(int count) {
            options = options.views(count);
            return this;
        }

        /// Writes every picture's class and five most probable classes to a CSV file.
        public Builder predictionsTo(Path file) {
            predictions = Optional.of(file);
            return this;
        }

        /// Writes the probabilities of all classes to a safetensors file: the tensors `labels`, `views` and `center`, with a row
        /// for each picture; see [ProbabilityTable]. They are held in memory until then.
        public Builder probabilitiesTo(Path file) {
            probabilities = Optional.of(file);
            return this;
        }

        /// Writes the ILSVRC's submission format: for each picture a line with the ids of its five most probable classes.
        public Builder submissionTo(Path file) {
            submission = Optional.of(file);
            return this;
        }

        /// The device, the threads, the checkpoint of a run, the views and the cache folder.
        public Builder options(Options given) {
            options = given;
            return this;
        }

        /// A listener for the progress of the evaluation. Default: none.
        public Builder listener(ProgressListener given) {
            listener = given;
            return this;
        }

        /// Turns off the warning about pictures that the model was trained on; [TrainingBuilder#test(Path)] has given it
        /// already.
        Builder withoutWarningOfTraining() {
            warns = false;
            return this;
        }

        /// Evaluates.
        ///
        /// @throws IllegalArgumentException if no pictures are named and the model is not a run's
        /// @throws IOException if a model or the pictures cannot be read, or the models' classes differ
        public Evaluation run() throws IOException, InterruptedException {
            return run(() -> false);
        }

        /// Evaluates until it is told to stop.
        ///
        /// @param stop polled; true to give up
        /// @throws InterruptedIOException if it was stopped
        public Evaluation run(BooleanSupplier stop) throws IOException, InterruptedException {
            try (Backend backend = Engines.openForInference(options.device(), options.threads(),
                    options.precision())) {
                List<NamedModel> opened = NamedModel.open(models, options.checkpoint(), backend);
                List<String> classes = opened.getFirst().classes();
                // the files are made before hours are spent on what cannot be written
                try (PredictionWriter table = predictions.isEmpty()
                        ? null
                        : PredictionWriter.predictions(predictions.get(), classes)) {
                    for (NamedModel model : opened) {
                        options.chosenViews().note(model.model().card().preprocessing())
                                .ifPresent(note -> listener.warning(model.path() + ": " + note));
                    }
                    EvaluationData data = EvaluationData.open(pictures, opened, new EvaluationData.Resources(
                            Engines.find().codec(), options.threads(), options.caches(), listener, warns, stop));
                    data.rejected().forEach(one -> listener.warning("left out " + one.name() + ": " + one.reason()));
                    try (PredictionWriter ids = submission.isEmpty()
                            ? null
                            : PredictionWriter.submission(submission.get(), submissionIds(data, classes))) {
                        return evaluate(opened, data, Stream.of(table, ids).filter(Objects::nonNull).toList(), stop);
                    }
                }
            }
        }

        private Evaluation evaluate(List<NamedModel> opened, EvaluationData data, List<PredictionWriter> files,
                BooleanSupplier stop) throws IOException, InterruptedException {
            List<Member> members = IntStream.range(0, opened.size())
                    .mapToObj(i -> new Member(opened.get(i).model().network(), data.inputs().get(i))).toList();
            ProbabilityTable all = new ProbabilityTable();
            Outcome outcome = new Ensemble(members, options.chosenViews(), BATCH, options.threads()).evaluate(
                    (done, total) -> listener.progress("evaluating", done, total), prediction -> {
                        for (PredictionWriter file : files) {
                            file.accept(prediction);
                        }
                    }, probabilities.isPresent() ? all : (_, _, _) -> {}, stop)
                    .orElseThrow(() -> new InterruptedIOException("stopped while evaluating"));
            for (PredictionWriter file : files) {
                file.finish();
            }
            if (probabilities.isPresent()) {
                all.write(probabilities.get(), opened.getFirst().classes().size());
            }
            List<ModelErrors> each = new ArrayList<>();
            for (int i = 0; i < models.size(); i++) {
                ViewReport one = outcome.members().get(i);
                each.add(new ModelErrors(models.get(i), one.views(), one.center()));
            }
            List<String> classes = opened.getFirst().classes();
            ViewReport average = outcome.average();
            return new Evaluation(average.views(), average.center(), List.copyOf(each),
                    average.views().confusions().stream().map(pair -> new Confusion(
                            classes.get(pair.label()), classes.get(pair.predicted()), pair.count())).toList(),
                    average.views().perClass().stream()
                            .map(one -> new ClassError(classes.get(one.label()), one)).toList(),
                    data.rejected().size());
        }

        /// The numbers that a submission gives to the classes.
        ///
        /// @throws IOException if pictures were left out: the server counts lines, so all after the gap would be wrong
        private List<Integer> submissionIds(EvaluationData data, List<String> classes) throws IOException {
            List<RejectedImage> rejected = data.rejected();
            if (!rejected.isEmpty()) {
                throw new IOException("a submission needs a line for every picture, but " + rejected.size()
                        + " cannot be read, the first being " + rejected.getFirst().name() + " ("
                        + rejected.getFirst().reason() + "). Replace them, or write the predictions instead (--out)");
            }
            if (data.submissionIds().isPresent()) {
                return data.submissionIds().get();
            }
            if (classes.stream().allMatch(Synset::isWnid)) {
                throw new IOException(
                        "a submission needs the ids of ILSVRC-2012's devkit, and these pictures come without"
                                + " them; name the folder of the tars and the devkit, or what was prepared from it");
            }
            listener.warning(
                    "these pictures come without the ILSVRC's ids, so the submission numbers the classes in their"
                            + " order: 1 is " + classes.getFirst() + ", " + classes.size() + " is "
                            + classes.getLast());
            return IntStream.rangeClosed(1, classes.size()).boxed().toList();
        }
    }
}
