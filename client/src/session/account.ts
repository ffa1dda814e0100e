import type { SignUpRequest } from '../api/types.ts'
import { texts } from '../texts.ts'

/** Of `POST /auth/sign-up`: 3 to 32 ASCII letters, digits, `.`, `_`, `-`, beginning with a letter or digit. */
const USERNAME = /^[A-Za-z0-9][A-Za-z0-9._-]{2,31}$/
/** Something, an @, and a name with a dot; the server's rule is stricter. */
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/
/** Of `POST /auth/sign-up`. */
const PASSWORD_MIN_CHARS = 10
/** Of `POST /auth/sign-up`. */
const PASSWORD_MAX_CHARS = 128

/** What is wrong with each field, as a sentence, as far as the client can tell; the server decides. */
export type Faults<Fields> = { [Field in keyof Fields]: string | null }

export function signInFaults(fields: { username: string, password: string }): Faults<typeof fields> {
  return {
    username: fields.username === '' ? texts.signIn.usernameMissing : null,
    password: fields.password === '' ? texts.signIn.passwordMissing : null,
  }
}

export function signUpFaults(fields: SignUpRequest): Faults<SignUpRequest> {
  return {
    username: usernameFault(fields.username),
    email: emailFault(fields.email),
    password: newPasswordFault(fields.password),
  }
}

export function usernameFault(text: string): string | null {
  return USERNAME.test(text) ? null : texts.signIn.usernameWrong
}

export function emailFault(text: string): string | null {
  return EMAIL.test(text) ? null : texts.signIn.emailWrong
}

export function newPasswordFault(text: string): string | null {
  // Code points, as the server counts them.
  const nChars = Array.from(text).length
  if (nChars < PASSWORD_MIN_CHARS) return texts.signIn.passwordTooShort
  return nChars > PASSWORD_MAX_CHARS ? texts.signIn.passwordTooLong : null
}

/** The first field with a fault, in the order they are asked for. */
export function firstFault<Fields>(faults: Faults<Fields>): keyof Fields | null {
  const names = Object.keys(faults) as (keyof Fields)[]
  return names.find(name => faults[name] !== null) ?? null
}
