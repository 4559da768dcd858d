/**
 * A second place for conversations, should the storage lose them:
 * {@link io.botfsm.examples.onboarding.database.SessionDatabase}.
 */
@NullMarked
package io.botfsm.examples.onboarding.database;

import org.jspecify.annotations.NullMarked;
