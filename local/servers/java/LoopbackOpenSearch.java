import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;

/**
 * One OpenSearch node on 127.0.0.1, on given ports: the runner's own main chooses its ports by itself. Uses reflection,
 * because OpenSearch's classes need Java 21, and this program is compiled for Java 17.
 *
 * Arguments: the port of HTTP, the port between nodes (unused, as there is one node), the folder.
 */
public final class LoopbackOpenSearch {
  private static final String RUNNER = "org.codelibs.opensearch.runner.OpenSearchRunner";

  public static void main(String[] args) throws Exception {
    Map<String, String> settings = Map.of(
        "network.host", "127.0.0.1",
        "http.port", args[0],
        "transport.port", args[1],
        "discovery.type", "single-node",
        // The stack checks the disk when it starts. Without this a node becomes read-only when the disk is 95 % full.
        "cluster.routing.allocation.disk.threshold_enabled", "false");

    Class<?> runnerType = Class.forName(RUNNER);
    Class<?> hookType = Class.forName(RUNNER + "$Builder");
    Object runner = runnerType.getConstructor().newInstance();
    Object hook = Proxy.newProxyInstance(hookType.getClassLoader(), new Class<?>[] {hookType}, (self, method, given) -> {
      Method put = given[1].getClass().getMethod("put", String.class, String.class);
      for (Map.Entry<String, String> setting : settings.entrySet()) {
        put.invoke(given[1], setting.getKey(), setting.getValue());
      }
      return null;
    });
    runnerType.getMethod("onBuild", hookType).invoke(runner, hook);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(runner)));
    String[] options = {"-basePath", args[2], "-numOfNode", "1", "-clusterName", "local", "-useLogger"};
    runnerType.getMethod("build", String[].class).invoke(runner, (Object) options);
    // All threads of the node are daemons: without this the program would end.
    Thread.currentThread().join();
  }

  private static void close(Object runner) {
    try {
      runner.getClass().getMethod("close").invoke(runner);
    } catch (ReflectiveOperationException error) {
      error.printStackTrace();
    }
  }
}
