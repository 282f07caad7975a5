package net.alexnet.server;

import module java.base;

/// The addresses of a server.
///
/// A template such as `/v2/models/{model}/ready` matches paths with the same number of segments. Where two templates match,
/// the one with more literal segments from the left wins. A slash at the end of a path is ignored. Each segment is
/// percent-decoded once; a path with a segment that is empty, `.` or `..`, or that contains `/`, `\` or NUL once it is
/// decoded, matches nothing.
public final class Router {
    private final List<Route> routes;
    private final Optional<Endpoint> otherwise;

    private Router(List<Route> routes, Optional<Endpoint> otherwise) {
        this.routes = List.copyOf(routes);
        this.otherwise = otherwise;
    }

    /// Begins without addresses.
    public static Builder builder() {
        return new Builder();
    }

    /// Collects addresses.
    public static final class Builder {
        private final List<Route> routes = new ArrayList<>();
        private Optional<Endpoint> otherwise = Optional.empty();

        private Builder() {}

        /// Answers GET and HEAD.
        public Builder get(String template, Endpoint endpoint) {
            return add("GET", template, false, Optional.of(endpoint), Optional.empty());
        }

        /// Answers GET and HEAD, for callers without the token, too: a probe of liveness.
        public Builder publicGet(String template, Endpoint endpoint) {
            return add("GET", template, true, Optional.of(endpoint), Optional.empty());
        }

        /// Answers POST.
        public Builder post(String template, Endpoint endpoint) {
            return add("POST", template, false, Optional.of(endpoint), Optional.empty());
        }

        /// Answers another method.
        public Builder on(String method, String template, Endpoint endpoint) {
            return add(method, template, false, Optional.of(endpoint), Optional.empty());
        }

        /// Answers GET by an event stream.
        public Builder events(String template, Endpoint.Events events) {
            return add("GET", template, false, Optional.empty(), Optional.of(events));
        }

        /// Answers GET and HEAD of all other addresses; without it they get a 404.
        public Builder otherwise(Endpoint endpoint) {
            otherwise = Optional.of(endpoint);
            return this;
        }

        private Builder add(String method, String template, boolean isPublic, Optional<Endpoint> endpoint,
                Optional<Endpoint.Events> events) {
            routes.add(new Route(method, List.of(template.substring(1).split("/", -1)), isPublic, endpoint, events));
            return this;
        }

        /// The finished addresses.
        public Router build() {
            return new Router(routes, otherwise);
        }
    }

    /// An address: either `endpoint` or `events` is there.
    record Route(String method, List<String> template, boolean isPublic, Optional<Endpoint> endpoint,
            Optional<Endpoint.Events> events) {
        private Optional<Map<String, String>> match(List<String> path) {
            if (path.size() != template.size()) {
                return Optional.empty();
            }
            Map<String, String> named = new HashMap<>();
            for (int i = 0; i < path.size(); i++) {
                String part = template.get(i);
                if (isName(part)) {
                    named.put(part.substring(1, part.length() - 1), path.get(i));
                } else if (!part.equals(path.get(i))) {
                    return Optional.empty();
                }
            }
            return Optional.of(named);
        }

        private static boolean isName(String part) {
            return part.startsWith("{");
        }

        /// Sorts templates with literal segments first.
        private String specificity() {
            return template.stream().map(part -> isName(part) ? "1" : "0").collect(Collectors.joining());
        }
    }

    /// A route and what its template's names stand for.
    record Match(Route route, Map<String, String> segments) {}

    /// Finds what answers a request.
    ///
    /// @param path as it was sent, without the query
    /// @throws HttpFailure of status 404, or of 405 with the header `Allow`
    Match find(String method, String path) throws HttpFailure {
        List<String> segments = segments(path);
        List<Match> found = routes.stream()
                .flatMap(route -> route.match(segments).map(named -> new Match(route, named)).stream())
                .sorted(Comparator.comparing(match -> match.route().specificity()))
                .toList();
        String asked = method.equals("HEAD") ? "GET" : method;
        if (found.isEmpty()) {
            if (otherwise.isEmpty() || !asked.equals("GET")) {
                throw unknown();
            }
            return new Match(new Route("GET", segments, false, otherwise, Optional.empty()), Map.of());
        }
        Optional<Match> match = found.stream().filter(one -> one.route().method().equals(asked)).findFirst();
        if (match.isPresent()) {
            return match.get();
        }
        String allowed = found.stream().map(one -> one.route().method())
                .flatMap(one -> one.equals("GET") ? Stream.of("GET", "HEAD") : Stream.of(one))
                .distinct().sorted().collect(Collectors.joining(", "));
        throw new HttpFailure(405, "this address answers " + allowed + ", found " + method, Map.of("Allow", allowed));
    }

    /// The failure of an address that nothing answers.
    public static HttpFailure unknown() {
        return new HttpFailure(404, "there is nothing at this address");
    }

    private static List<String> segments(String path) throws HttpFailure {
        if (!path.startsWith("/")) {
            throw unknown();
        }
        String inner = path.endsWith("/") && path.length() > 1
                ? path.substring(1, path.length() - 1)
                : path.substring(1);
        List<String> segments = new ArrayList<>();
        for (String part : inner.split("/", -1)) {
            String decoded = decode(part);
            if ((decoded.isEmpty() && !inner.isEmpty()) || decoded.equals(".") || decoded.equals("..")
                    || decoded.chars().anyMatch(c -> c == '/' || c == '\\' || c == 0)) {
                throw unknown();
            }
            segments.add(decoded);
        }
        return segments;
    }

    /// Decodes percents once, without making blanks of `+`.
    private static String decode(String part) throws HttpFailure {
        try {
            return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw unknown();
        }
    }
}
