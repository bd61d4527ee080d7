import java.net.InetSocketAddress;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.ContextHandler;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBRequestHandler;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBServerHandler;

/**
 * DynamoDB Local on 127.0.0.1 only: its own ServerRunner listens on every interface, and no option changes that. This
 * program doesn't set up telemetry.
 *
 * Arguments: the port, then the folder of the database; without a folder the database is in memory.
 */
public final class LoopbackDynamoDb {
  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[0]);
    boolean inMemory = args.length < 2;
    String folder = inMemory ? null : args[1];
    boolean sharedByAllRegionsAndKeys = true;
    boolean delayStatuses = false;

    Server server = new Server(new InetSocketAddress("127.0.0.1", port));
    server.setHandler(new ContextHandler(
        new LocalDynamoDBServerHandler(
            new LocalDynamoDBRequestHandler(0, inMemory, folder, sharedByAllRegionsAndKeys, delayStatuses), null),
        "/"));
    try {
      server.start();
    } catch (java.io.IOException error) {
      System.err.println(error.getMessage());
      System.exit(1);
    }
  }
}
