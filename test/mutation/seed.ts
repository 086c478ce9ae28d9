/** Which mutant dies does not depend on chance; and nobody looks at the smallest counter-example. */
import fc from "fast-check";

fc.configureGlobal({ seed: 20261121, endOnFailure: true });
