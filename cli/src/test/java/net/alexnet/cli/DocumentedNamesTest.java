package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the project's pages name in backticks exists: qualified names below `net.alexnet`, names of types with or without
/// a member, and paths that start with something at the project's top. Blocks between fences are not looked at.
class DocumentedNamesTest {
    private static final Path TOP = top();
    private static final Set<String> MADE_LATER = Set.of(".git", "runs", "target", "out"); // not in a fresh clone

    private static final Pattern QUOTED = Pattern.compile("`([^`\\n]+)`");
    private static final Pattern TYPE = Pattern.compile("([A-Z]\\w*[a-z]\\w*)(?:\\.(\\w+))?(?:\\(.*\\))?");
    private static final Pattern QUALIFIED = Pattern.compile("net\\.alexnet(?:\\.\\w+)*");
    private static final Pattern IMPORT = Pattern.compile("(?m)^import (?:static )?[\\w.]*?\\.([A-Z]\\w*)");

    /// Simple names: ours, those of tests, and those that either uses.
    private static final Set<String> TYPES = types();

    @ParameterizedTest
    @CsvSource({"ARCHITECTURE.md, 40", "CONTRIBUTING.md, 10"})
    void namesWhatIsThere(String page, int fewest) throws IOException {
        List<String> missing = new ArrayList<>();
        int seen = 0;
        for (String name : quoted(Files.readString(TOP.resolve(page)))) {
            if (isName(name)) {
                seen++;
                if (!exists(name)) {
                    missing.add(name);
                }
            }
        }
        assertThat(missing).as("names in %s of what is not there", page).isEmpty();
        assertThat(seen).as("names seen in %s", page).isGreaterThanOrEqualTo(fewest);
    }

    @ParameterizedTest
    @CsvSource({
        "net.alexnet.nn, true", "net.alexnet.nn.AlexNet, true", "net.alexnet.nett, false",
        "net.alexnet.nn.AlexNets, false",
        "net.alexnet.tensor.BackendContract, true", "AlexNet, true", "AlexNets, false", "Network.GradientSink, true",
        "Network.GradientSinks, false", "DataLoader.next, true", "DataLoader.next(), true", "DataLoader.nexts, false",
        "BackendContract, true",
        "PointerScope, true", "core/pom.xml, true", "core/src/, true", "core/poms.xml, false"
    })
    void tellsWhatIsThereFromWhatIsNot(String name, boolean there) throws IOException {
        assertThat(isName(name)).isTrue();
        assertThat(exists(name)).isEqualTo(there);
    }

    @ParameterizedTest
    @CsvSource({"fc6", "state.json", "runs/latest", "NCHW", "--set", "recipe.yaml", "tensor", "and/or"})
    void leavesOtherWordsAlone(String word) {
        assertThat(isName(word)).isFalse();
    }

    @Test
    void tableOfPackagesIsComplete() throws IOException {
        List<String> rows = Pattern.compile("(?m)^\\| `net\\.alexnet\\.([\\w.]+)` \\|")
                .matcher(Files.readString(TOP.resolve("ARCHITECTURE.md"))).results().map(row -> row.group(1)).toList();
        assertThat(rows).containsExactlyInAnyOrderElementsOf(
                ArchitectureTest.packages().stream().filter(name -> !name.equals(ArchitectureTest.FACADE)).toList());
    }

    // --- what is a name --------------------------------------------------------------------------------------------

    private static List<String> quoted(String markdown) {
        String open = markdown.replaceAll("(?ms)^ *```.*?^ *```", "");
        return QUOTED.matcher(open).results().map(result -> result.group(1)).distinct().toList();
    }

    private static boolean isName(String text) {
        return QUALIFIED.matcher(text).matches() || TYPE.matcher(text).matches() || isPath(text);
    }

    private static boolean isPath(String text) {
        int slash = text.indexOf('/');
        return slash > 0 && text.matches("[\\w./-]+") && !MADE_LATER.contains(text.substring(0, slash))
                && Files.exists(TOP.resolve(text.substring(0, slash)));
    }

    // --- what exists -----------------------------------------------------------------------------------------------

    private boolean exists(String name) throws IOException {
        if (isPath(name)) {
            return Files.exists(TOP.resolve(name));
        }
        if (QUALIFIED.matcher(name).matches()) {
            return ArchitectureTest.CLASSES.containPackage(name) || ArchitectureTest.CLASSES.contain(name)
                    || sources().stream().anyMatch(file -> file.endsWith(name.replace('.', '/') + ".java"));
        }
        MatchResult type = TYPE.matcher(name).results().findFirst().orElseThrow();
        String member = type.group(2);
        return TYPES.contains(type.group(1)) && (member == null || hasMember(type.group(1), member));
    }

    /// Of a type that is not the production code's own, any member is taken to exist.
    private static boolean hasMember(String type, String member) {
        List<JavaClass> own = ArchitectureTest.CLASSES.stream().filter(one -> one.getSimpleName().equals(type))
                .toList();
        return own.isEmpty()
                || own.stream().anyMatch(one -> one.getMembers().stream().anyMatch(m -> m.getName().equals(member))
                        || ArchitectureTest.CLASSES.contain(one.getName() + "$" + member));
    }

    private static Set<String> types() {
        Set<String> types = new HashSet<>();
        for (JavaClass type : ArchitectureTest.CLASSES) {
            types.add(type.getSimpleName());
            type.getDirectDependenciesFromSelf().forEach(one -> types.add(one.getTargetClass().getSimpleName()));
        }
        try {
            for (Path file : sources()) {
                types.add(file.getFileName().toString().replace(".java", ""));
                IMPORT.matcher(Files.readString(file)).results().forEach(found -> types.add(found.group(1)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return types;
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String module : List.of("core", "interop", "torch", "server", "cli", "bench",
                "spark")) {
            Path folder = TOP.resolve(module).resolve("src");
            if (Files.isDirectory(folder)) {
                try (Stream<Path> files = Files.walk(folder)) {
                    files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
                }
            }
        }
        return sources;
    }

    private static Path top() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("ARCHITECTURE.md"))) {
                return folder;
            }
        }
        throw new IllegalStateException("there is no ARCHITECTURE.md above " + Path.of("").toAbsolutePath());
    }
}
