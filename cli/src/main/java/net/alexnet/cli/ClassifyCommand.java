package net.alexnet.cli;

import module java.base;
import net.alexnet.Classification;
import net.alexnet.Classification.Guess;
import net.alexnet.ImageClassifier;
import net.alexnet.ImageReadException;
import net.alexnet.Options;
import net.alexnet.inference.Views;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.Texts;
import net.alexnet.train.RunCheckpoint;
import net.alexnet.train.RunFolder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet classify`.
@Command(name = "classify", description = "Name the five most probable classes of pictures.", footer = {
    "", "Examples:",
    "  ./alexnet classify runs/latest holiday.jpg",
    "  ./alexnet classify alexnet.safetensors album/ --views 10 --json",
    "  ./alexnet classify runs/latest album/ --out album.csv --sort-into sorted/",
    "",
    "The exit code is 1 if no picture was classified, or if a file that you named was not. Files in a",
    "folder that are no pictures are reported, and change the exit code only if there is no picture."})
final class ClassifyCommand extends ProgressCommand {
    private static final int TOP = 5;

    @Parameters(index = "0", paramLabel = "MODEL", description = ModelOptions.MODELS)
    private Path model = Path.of("");

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "FILE|DIR", description = "Pictures. A folder stands for all files in it and below, without hidden ones.")
    private List<Path> pictures = List.of();

    @Option(names = "--out", paramLabel = "FILE", description = "Write a line for each picture to FILE.csv or FILE.jsonl instead of printing it: the five most probable"
            + " classes, or why the file cannot be read.")
    private Optional<Path> out = Optional.empty();

    @Option(names = "--force", description = "Replace the file of --out if it exists.")
    private boolean force;

    @Option(names = "--sort-into", paramLabel = "DIR", description = "Copy each picture into a subfolder of DIR that is named after its most probable class. Nothing there is"
            + " replaced, and a picture that is there already is not copied again.")
    private Optional<Path> sortInto = Optional.empty();

    @Option(names = "--unsure", description = "Flag pictures that may show none of the classes: the most probable class of 5 %% of the validation"
            + " pictures that the model classified right is less probable. With few classes the model may be sure"
            + " of foreign pictures, too. For models that this program trained and validated.")
    private boolean unsure;

    @Option(names = "--link", description = "With --sort-into: make symbolic links instead of copies.")
    private boolean link;

    @Mixin
    private ModelOptions options = new ModelOptions();

    @Override
    int run(ConsoleProgress progress) throws IOException {
        Optional<AnswerFile.Form> form = out.map(AnswerFile.Form::of);
        if (out.isPresent()) {
            requireWritable("--out: ", out.get(), Stream.concat(Stream.of(model), pictures.stream()).toList(), force);
        }
        if (link && sortInto.isEmpty()) {
            throw new IllegalArgumentException("--link needs --sort-into, which names the folder for the links");
        }
        Options given = options.options();
        try (ImageClassifier classifier = ImageClassifier.load(model, given);
                AnswerFile file = form.isEmpty()
                        ? null
                        : form.get().open(out.orElseThrow(), Math.min(TOP, classifier.labels().size()), unsure)) {
            if (unsure && classifier.unsureBelow().isEmpty()) {
                throw new IOException(model + " has no threshold for --unsure, which " + withoutThreshold());
            }
            (given.views() == 1 ? Views.CENTER : Views.TEN).note(classifier.card().preprocessing())
                    .ifPresent(progress::warning);
            Answers answers = new Answers(progress, file, classifier.unsureBelow(),
                    sortInto.map(root -> new ClassFolders(root, classifier.labels(), link)));
            classifier.classifyEach(pictures, answers);
            if (file != null) {
                file.publish();
            }
            progress.clear();
            print(answers.all, answers.each ? List.of() : answers.summary());
            if (answers.classified == 0 || answers.failedByName) {
                throw new IOException(answers.classified + " of " + Texts.count(answers.files, "file")
                        + " could be classified; "
                        + (json() ? "\"error\" of each of the others says why" : "the warnings above say why"));
            }
            return 0;
        }
    }

    /// Why there is none, and what to do.
    private String withoutThreshold() {
        try {
            RunFolder run = RunCheckpoint.run(model);
            if (!RunCheckpoint.last(model).load().state().finished(run.recipe().epochs())) {
                return "the run has only after a validation, and it is not finished. Continue it (./alexnet train --resume "
                        + Texts.argument(model.toString()) + ")"
                        + (Files.exists(run.linear()) ? ", or use its linear classifier, " + run.linear() : "");
            }
        } catch (IOException e) {
            // not a run
        }
        return "is found on the validation pictures of a run. Name a run of train or finetune that held pictures out,"
                + " or leave out --unsure";
    }

    /// Takes the answers. Where they go to no file or folder it prints each at once for a person.
    private final class Answers implements ImageClassifier.Results {
        private final ConsoleProgress progress;
        private final @Nullable AnswerFile file;
        private final Optional<ClassFolders> folders;
        private final OptionalDouble unsureBelow;
        private final boolean each;
        private final List<Answer> all = new ArrayList<>(); // for JSON
        private int files;
        private int classified;
        private int unreadable;
        private int placed;
        private boolean failedByName;
        private int flagged;

        Answers(ConsoleProgress progress, @Nullable AnswerFile file, OptionalDouble unsureBelow,
                Optional<ClassFolders> folders) {
            this.unsureBelow = unsureBelow;
            this.progress = progress;
            this.file = file;
            this.folders = folders;
            this.each = file == null && folders.isEmpty();
        }

        @Override
        public void found(int count) {
            files = count;
        }

        @Override
        public void classified(Path picture, Classification classification) throws IOException {
            List<Guess> top = classification.top(TOP);
            classified++;
            boolean flag = unsure && classification.unsure();
            flagged += flag ? 1 : 0;
            if (folders.isPresent() && folders.get().add(picture, top.getFirst().label())) {
                placed++;
            }
            if (each && !json()) {
                out().println(picture + (flag ? "  unsure: it may show none of the classes" : ""));
                top.forEach(guess -> out().println(String.format(
                        Locale.ROOT, "  %6.2f %%  %s", 100 * guess.probability(), guess.label())));
            }
            take(new Answer.Classified(picture.toString(), top.stream()
                    .map(guess -> new Answer.Scored(guess.label(), guess.probability())).toList(),
                    unsure ? flag : null, unsure ? unsureBelow.orElseThrow() : null));
        }

        @Override
        public void failed(Path picture, IOException failure) throws IOException {
            String reason = failure instanceof ImageReadException image ? image.reason() : AtomicFiles.reason(failure);
            unreadable++;
            failedByName |= pictures.contains(picture);
            if (!json()) {
                progress.warning((reason.contains(picture.toString()) ? "" : picture + ": ") + reason);
            }
            take(new Answer.Unreadable(picture.toString(), reason));
        }

        private void take(Answer answer) throws IOException {
            if (json()) {
                all.add(answer);
            }
            if (file != null) {
                file.write(answer);
            }
            if (!each) {
                progress.progress("classifying", classified + unreadable, files);
            }
        }

        List<String> summary() {
            List<String> lines = new ArrayList<>();
            lines.add("classified " + Texts.count(classified, "picture")
                    + (unreadable == 0 ? "" : "; " + Texts.count(unreadable, "file") + " cannot be read"));
            if (unsure) {
                lines.add("unsure: " + Texts.count(flagged, "picture"));
            }
            sortInto.ifPresent(root -> lines.add("sorted into " + root + ": " + placed
                    + (link ? " linked" : " copied") + ", " + (classified - placed) + " there already"));
            out.ifPresent(table -> lines.add("table: " + table));
            return lines;
        }
    }
}
