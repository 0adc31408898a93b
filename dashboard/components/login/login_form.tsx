import { useEffect, useRef, useState } from "preact/hooks";
import { useFormat } from "../../state/format.ts";
import type { LoginFailure } from "../../state/session.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { Button } from "../shared/button.tsx";
import { Progress } from "../shared/progress.tsx";
import { TextField } from "../shared/text_field.tsx";

const w = words.login;

/** Asks for a name and a password, and says why they are not taken. */
export function LoginForm({ focus }: { focus: boolean }) {
  const store = useStore();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<LoginFailure | null>(null);
  const [until, setUntil] = useState(0);
  const user = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focus) user.current?.focus();
  }, []);
  const submit = async (e: Event) => {
    e.preventDefault();
    if (busy || until > Date.now()) return;
    setBusy(true);
    const failure = await store.login(user.current!.value, password.current!.value);
    setBusy(false);
    if (failure === null) return;
    setFailure(failure);
    setUntil(failure.retryAfter === 0 ? 0 : Date.now() + failure.retryAfter * 1000);
    password.current!.value = "";
    password.current!.focus();
  };
  const seconds = Math.max(0, Math.ceil((until - store.now.value) / 1000));
  return (
    <form onSubmit={submit} class="relative mt-5 flex flex-col gap-4">
      <Progress active={busy} />
      <TextField
        label={w.user}
        input={user}
        name="username"
        autocomplete="username"
        maxLength={255}
      />
      <TextField
        label={w.password}
        input={password}
        name="password"
        type="password"
        autocomplete="current-password"
        maxLength={255}
      />
      {failure && <Failure failure={failure} seconds={seconds} />}
      <Button type="submit" kind="primary" busy={busy || seconds > 0} wide>{w.submit}</Button>
    </form>
  );
}

function Failure({ failure, seconds }: { failure: LoginFailure; seconds: number }) {
  const { span } = useFormat();
  const { code, retryAfter } = failure;
  const why = code === "too_many_attempts"
    ? ""
    : w.failures[code as keyof typeof w.failures] ?? w.failed;
  const wait = (seconds: number) => seconds > 0 ? w.tooMany(span(seconds)) : w.again;
  if (retryAfter === 0) return <p class="text-bad" role="alert">{why}</p>;
  // The words do not count down for a screen reader, which would never rest.
  return (
    <>
      <p class="text-bad tabular-nums" aria-hidden="true">{why} {wait(seconds)}</p>
      <span class="sr-only" role="alert">{why} {wait(seconds > 0 ? retryAfter : 0)}</span>
    </>
  );
}
