package net.alexnet.server.studio;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.results.Rule;
import com.deque.html.axecore.selenium.AxeBuilder;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import net.alexnet.server.HttpSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.support.ui.WebDriverWait;

/// The pages in a browser: Debian's chromium and chromium-driver. Without them the tests are skipped.
///
/// With `-Dscreenshots=FOLDER` the pages are saved there as pictures.
class BrowserTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<String> PAGES = List.of("/", "/runs/toy", "/runs/stopped", "/compare?toy=1&stopped=1",
            "/models/toy", "/try/toy", "/data/toy", "/claims", "/train");

    @TempDir
    static Path folder;

    private static Studio studio;
    private static ChromeDriver browser;

    @BeforeAll
    static void start() throws Exception {
        Optional<File> program = onPath("chromium");
        Optional<File> driver = onPath("chromedriver");
        Assumptions.assumeTrue(program.isPresent() && driver.isPresent(),
                "there is no browser to test with: apt-get install chromium chromium-driver");
        ToyRun.in(folder);
        TestRuns.stopped(folder.resolve("runs/stopped"));
        studio = Studio.start(HttpSettings.defaults(), List.of(folder.resolve("runs")), ToyRun.options(folder),
                new Studio.Control(List.of(folder.resolve("pictures").getParent()), folder.resolve("runs"),
                        List.of("true")));
        browser = new ChromeDriver(new ChromeDriverService.Builder().usingDriverExecutable(driver.get())
                .withSilent(true).build(),
                new ChromeOptions().setBinary(program.get()).addArguments("--headless=new",
                        "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                        "--user-data-dir=" + folder.resolve("browser")));
    }

    private static Optional<File> onPath(String program) {
        return Pattern.compile(File.pathSeparator).splitAsStream(System.getenv("PATH"))
                .map(place -> new File(place, program)).filter(File::canExecute).findFirst();
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.quit();
        }
        if (studio != null) {
            studio.close();
        }
    }

    private static void open(String path, int width, boolean dark) {
        browser.executeCdpCommand("Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", false));
        browser.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features",
                List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"),
                        Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
        browser.get(studio.address().resolve(path).toString());
    }

    private static WebElement find(String selector) {
        return browser.findElement(By.cssSelector(selector));
    }

    /// Waits until an element can be seen that contains a text.
    private static void await(String selector, String text) {
        new WebDriverWait(browser, PATIENCE).withMessage(selector + " with '" + text + "'")
                .ignoring(StaleElementReferenceException.class) // the page replaces what has changed
                .until(_ -> browser.findElements(By.cssSelector(selector)).stream()
                        .anyMatch(one -> one.isDisplayed() && one.getText().contains(text)));
    }

    private static int number(String script) {
        return ((Number) Objects.requireNonNull(browser.executeScript(script))).intValue();
    }

    @SuppressWarnings("deprecation") // the other mode opens a window for each page, which the driver sometimes loses
    private static void requireAccessible(String what) {
        List<String> found = new ArrayList<>();
        AxeBuilder axe = new AxeBuilder();
        axe.setLegacyMode(true);
        for (Rule rule : axe.analyze(browser).getViolations()) {
            if (Set.of("serious", "critical").contains(rule.getImpact()) || rule.getId().equals("landmark-unique")) {
                found.add(rule.getId() + ": " + rule.getHelp() + " " + rule.getNodes().getFirst().getHtml());
            }
        }
        assertThat(found).as(what).isEmpty();
        assertThat(number("return document.documentElement.scrollWidth - innerWidth"))
                .as("what is wider than the window, " + what).isLessThanOrEqualTo(0);
        requireTilesInTheirRows(what);
    }

    /// A row of tiles that has no room for them lets the reader scroll; else they would cover what is below.
    private static void requireTilesInTheirRows(String what) {
        assertThat(browser.executeScript("""
                return [...document.querySelectorAll('.tiles-row')].filter(row => row.scrollHeight > row.clientHeight
                    && !['auto', 'scroll'].includes(getComputedStyle(row).overflowY)).map(row => row.outerHTML)"""))
                .as("tiles outside of their row, " + what).isEqualTo(List.of());
    }

    private static void shoot(String name) throws Exception {
        String place = System.getProperty("screenshots", "");
        if (!place.isEmpty()) {
            String png = (String) browser.executeCdpCommand("Page.captureScreenshot", Map.of("format", "png"))
                    .get("data");
            Files.write(Path.of(place, name + ".png"), Base64.getDecoder().decode(png));
        }
    }

    @ParameterizedTest
    @CsvSource({"320, false", "320, true", "800, false", "800, true", "1400, false", "1400, true"})
    void everyPageIsAccessible(int width, boolean dark) throws Exception {
        for (String page : PAGES) {
            open(page, width, dark);
            requireAccessible(page + " at " + width + (dark ? ", dark" : ""));
            shoot(page.replaceAll("\\W+", "-") + "-" + width + (dark ? "-dark" : ""));
        }
    }

    /// A network of the paper's width has more kernels than this one: each tile is there twenty times.
    @ParameterizedTest
    @CsvSource({"/models/toy, #kernels canvas", "/models/toy, #maps canvas", "/data/toy, #drawn canvas",
        "/data/toy, #mean-image canvas"})
    void manyTilesCoverNothingOnANarrowScreen(String page, String tile) {
        open(page, 320, false);
        if (tile.startsWith("#maps")) {
            find("#own").sendKeys(folder.resolve("pictures/blue/1.png").toString());
        }
        await(tile, "");
        browser.executeScript("""
                document.querySelectorAll('.tiles-row').forEach(row => [...row.children].forEach(tile => {
                  for (let i = 1; i < 20; i++) {
                    row.append(tile.cloneNode(true));
                  }
                }))""");
        assertThat(number("return document.querySelectorAll('.tiles-row canvas').length")).isGreaterThan(19);
        requireTilesInTheirRows(page);
    }

    @ParameterizedTest
    @CsvSource({"/", "/runs/toy", "/models/toy", "/try/toy"})
    void theKeyboardReachesEverything(String page) {
        open(page, 800, false);
        await("h1", "");
        if (page.startsWith("/models")) {
            await("#kernels h3", "");
        }
        String reachable = "return [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex=\"0\"]')]"
                + ".filter(one => one.checkVisibility() && !one.disabled && one.type !== 'radio' && one.tabIndex >= 0).length";
        int expected = number(reachable);
        Set<String> reached = new HashSet<>();
        for (int i = 0; i < expected + 20; i++) {
            new Actions(browser).sendKeys(Keys.TAB).perform();
            reached.add(String.valueOf(browser.executeScript("const all = [...document.querySelectorAll('*')];"
                    + "const one = document.activeElement;"
                    + "return one === document.body || one.type === 'radio' ? '' : all.indexOf(one) + one.outerHTML")));
        }
        reached.remove("");
        assertThat(reached).hasSizeGreaterThanOrEqualTo(expected);
    }

    @Test
    void newLinesAreShown() throws Exception {
        open("/runs/stopped", 1400, false);
        browser.findElements(By.cssSelector("#curves summary")).get(1).click();
        TestRuns.append(folder.resolve("runs/stopped"), TestRuns.step(77, 1.0625));
        await(".tiles dd", "1.0625");
        await("#curves details td", "1.0625");
        TestRuns.append(folder.resolve("runs/stopped"), TestRuns.warning(78, "<img src=x onerror=alert(1)>"));
        await("#warnings", "<img src=x onerror=alert(1)>");
        assertThat(browser.findElements(By.cssSelector("#live img"))).isEmpty();
    }

    @Test
    void anUpdateChangesOnlyWhatDiffers() throws Exception {
        open("/runs/stopped", 1400, false);
        find("#curves summary").click();
        await("#curves details td", "");
        browser.executeScript("""
                window.focused = document.activeElement;
                window.chart = document.querySelector('#curves svg');
                window.folded = document.querySelector('#speed details table');
                window.changed = [];
                new MutationObserver(all => changed.push(...all.map(one => one.target.parentElement.outerHTML)))
                    .observe(document.getElementById('recipe'),
                        {subtree: true, childList: true, characterData: true, attributes: true});
                new MutationObserver(all => changed.push('said')).observe(document.getElementById('said'),
                    {subtree: true, childList: true, characterData: true});""");
        String line = (String) Objects.requireNonNull(browser.executeScript("""
                return document.querySelector('#curves svg .line').getAttribute('d')"""));
        TestRuns.append(folder.resolve("runs/stopped"), TestRuns.step(90, 0.9375));
        await(".tiles dd", "0.9375");
        new WebDriverWait(browser, PATIENCE).until(_ -> !line.equals(find("#curves svg .line").getDomAttribute("d")));
        assertThat(browser.executeScript("""
                return [focused.matches('summary') && focused === document.activeElement, focused.parentElement.open,
                    chart.isConnected, folded.isConnected, changed.length]"""))
                .isEqualTo(List.of(true, true, true, true, 0L));
    }

    @Test
    void whatIsInsertedLeavesTheRestInPlace() {
        open("/", 1400, false);
        assertThat(browser.executeAsyncScript("""
                const [done] = arguments;
                const body = html => new DOMParser().parseFromString(html, 'text/html').body;
                const figure = (name, table) => `<figure><figcaption>${name}</figcaption>
                    <details><summary>Table: ${name}</summary>${table}</details></figure>`;
                import('/assets/page.js').then(({renew}) => {
                    const old = body(figure('Loss', '<table></table>') + figure('Learning rate', '<table></table>'));
                    const known = [...old.querySelectorAll('details')];
                    known[1].open = true;
                    renew(old, body(figure('Loss', '').replace('<details>', '<p>a note</p><details>')
                        + figure('Errors', '<table></table>') + figure('Learning rate', '')));
                    const all = [...old.querySelectorAll('details')];
                    done([all.length, all.indexOf(known[0]), all.indexOf(known[1]), known[1].open,
                        old.querySelectorAll('table').length, old.querySelectorAll('p').length]);
                });""")).isEqualTo(List.of(3L, 0L, 2L, true, 3L, 1L));
    }

    @Test
    void aTableIsUpToDateWhenItIsOpened() throws Exception {
        open("/runs/stopped", 1400, false);
        TestRuns.append(folder.resolve("runs/stopped"), TestRuns.step(95, 0.8125));
        await(".tiles dd", "0.8125");
        browser.findElements(By.cssSelector("#curves summary")).get(1).click();
        await("#curves details td", "0.8125");
    }

    @Test
    void aLineOfOneRunChangesItsRowOnly() throws Exception {
        open("/", 1400, false);
        browser.executeScript("localStorage.clear()"); // another test hides a run
        browser.navigate().refresh();
        browser.executeScript("""
                window.changed = new Set();
                new MutationObserver(all => all.filter(one => !one.target.closest?.('time')) // these go by the clock
                    .forEach(one => changed.add((one.target.closest?.('tr') ?? one.target.parentElement.closest('tr'))
                        .dataset.run))).observe(document.querySelector('tbody'),
                    {subtree: true, childList: true, characterData: true, attributes: true});""");
        TestRuns.append(folder.resolve("runs/stopped"), TestRuns.step(97, 0.75).replace("100.0", "321.0"));
        await("tr[data-run=stopped] td.n", "321");
        assertThat(browser.executeScript("return [...changed]")).isEqualTo(List.of("stopped"));
    }

    @Test
    void searchesHidesAndCompares() {
        open("/", 1400, false);
        find("#search").sendKeys("toy");
        await("#count", "1 of 2");
        find("#search").clear();
        find("#search").sendKeys(" ");
        await("#count", "2 of 2");
        browser.findElements(By.cssSelector("tbody input")).forEach(WebElement::click);
        await("#compare", "Compare 2");
        find("#compare").click();
        await("h1", "Comparison of 2 runs");
        browser.navigate().back();
        find("tr[data-run=stopped] input").click();
        if (find("tr[data-run=toy] input").isSelected()) {
            find("tr[data-run=toy] input").click();
        }
        if (!find("tr[data-run=stopped] input").isSelected()) {
            find("tr[data-run=stopped] input").click();
        }
        find("#hide").click();
        await("#count", "1 of 2");
        find("#show").click();
        await("#count", "2 of 2");
    }

    @Test
    void classifiesAPicture() throws Exception {
        open("/try/toy", 1400, false);
        File picture = folder.resolve("pictures/blue/1.png").toFile();
        find("#files").sendKeys(picture.getPath());
        await("#bars", ToyRun.HOSTILE);
        assertThat(browser.findElements(By.cssSelector("#bars script"))).isEmpty();
        assertThat(browser.getTitle()).startsWith("Try");
        find("input[value='10']").click();
        await("pre code", "--views 10");
        find("#occlude").click();
        await("#heat .scale", "nothing covered");
        requireAccessible("an answer");
        shoot("try");
        find("#files").sendKeys(folder.resolve("pictures/green/1.png") + "\n"
                + folder.resolve("pictures/green/broken.png"));
        await("#said", "pictures looked at");
        assertThat(browser.findElements(By.cssSelector("#table tbody tr"))).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void opensThePicturesOfACell() throws Exception {
        open("/models/toy", 1400, false);
        await("#kernels h3", "");
        find("#evaluate").click();
        await("#evaluation-said", "are taken for another class");
        requireAccessible("the mistakes");
        WebElement cell = find("table.matrix button.cell[aria-label*='" + "blue taken for" + "']");
        String count = cell.getText();
        cell.click();
        await("#found", count + " picture");
        assertThat(browser.findElements(By.cssSelector("#cards > li"))).hasSize(Integer.parseInt(count));
        find("#cards input[type=checkbox]").click();
        assertThat(find("#relabel").isEnabled()).isTrue();
        browser.navigate().refresh();
        await("#relabel", "(1)"); // marks outlive the page
        await("#found", "picture");
        find("#cards .picture").click();
        await("#maps h3", "conv1");
        requireAccessible("the layers");
        find("#maps .tiles-row button").sendKeys(Keys.ARROW_RIGHT);
        browser.switchTo().activeElement().sendKeys(Keys.ENTER);
        await("#unit-said", "of conv1");
        requireAccessible("the pictures of a unit");
        int shown = browser.findElements(By.cssSelector("#unit > li")).size();
        browser.executeScript("document.getElementById('maps').replaceChildren()");
        find("#unit .picture").click();
        await("#maps h3", "conv1");
        assertThat(browser.findElements(By.cssSelector("#unit > li"))).hasSize(shown).isNotEmpty();
        assertThat(find("#unit-said").getText()).contains("of conv1");
        shoot("model");
    }

    @Test
    void whatIsInAFolderGoesWhenAnotherIsChosen() throws Exception {
        open("/train", 1400, false);
        WebElement pictures = browser.findElements(By.cssSelector("#folder option")).stream()
                .filter(one -> one.getText().endsWith("/pictures")).findFirst().orElseThrow();
        pictures.click();
        find("#look").click();
        await("#said", pictures.getText() + ": 32 pictures of 3 classes, 1 ");
        await("#contents caption", "Classes");
        browser.executeScript("""
                const folder = document.getElementById('folder');
                folder.append(new Option('another', 'another'));
                folder.value = 'another';
                folder.dispatchEvent(new Event('change'));""");
        assertThat(find("#said").getText()).isEmpty();
        assertThat(find("#contents").getText()).isEmpty();
        assertThat(find("#look").isEnabled()).isTrue();
    }

    @Test
    void saysThatItIsNotConnected() throws Exception {
        try (Studio other = Studio.start(HttpSettings.defaults(), List.of(folder.resolve("runs")),
                ToyRun.options(folder), Studio.Control.NONE)) {
            browser.get(other.address().resolve("/runs/toy").toString());
            await("h1", "toy");
        }
        await("#connection", "Not connected");
    }
}
