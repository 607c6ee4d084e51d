/** Spins for as long as it is told; the agent is given on the command line. */
public class Busy {
  static double sum;

  static void hotLoop(long untilMillis) {
    while (System.currentTimeMillis() < untilMillis) {
      for (int i = 0; i < 1_000_000; i++) sum += Math.sqrt(i);
    }
  }

  public static void main(String[] args) {
    long seconds = Long.parseLong(System.getenv("BUSY_SECONDS"));
    hotLoop(System.currentTimeMillis() + seconds * 1000);
  }
}
