# Страницы на русском.

skip = К содержанию
nav-main = Главное меню
nav-language = Язык
nav-account = Аккаунт
nav-login = Войти
nav-register = Регистрация
nav-logout = Выйти
go-home = На главную
go-login = Войти
go-account = В аккаунт
go-password = Задать пароль

home-title = Платежи, которые сами рассказывают о себе
home-lead = Смотрите свои платежи и узнавайте о каждом по почте и в Telegram.
home-account = Ваш аккаунт и платежи
home-register = Зарегистрироваться
home-login = Войти
home-bot = Открыть бота в Telegram
home-api = Разработчикам: API

field-email = Электронная почта
field-username = Имя в Telegram (необязательно)
field-password = Пароль
field-language = Язык сообщений
field-name = Почта или @имя
hint-username = Например, @ana_lopez. Telegram подключается на следующем шаге.
hint-password = От 8 до 128 знаков: заглавные и строчные буквы и цифра.

error-summary = Пока не всё верно. Посмотрите поля ниже.
error-email = Напишите адрес вида name@example.com.
error-username = Имя в Telegram: от 4 до 32 латинских букв, цифр или подчёркиваний, первой идёт буква, например @ana_lopez.
error-password-short = В пароле нужно не меньше 8 знаков.
error-password-long = В пароле больше 128 знаков.
error-password-simple = В пароле нужны заглавная буква, строчная буква и цифра.
error-password-common = Этот пароль угадывают одним из первых. Выберите другой.
error-language = Выберите один из языков.
error-credentials = Имя или пароль не подходят.

register-title = Регистрация
register-lead = Один аккаунт для всех ваших платежей.
register-button = Зарегистрироваться
register-known = Уже есть аккаунт?

telegram-title = Подключение Telegram
telegram-mail = Мы написали вам на почту. Откройте ссылку из письма, чтобы подтвердить адрес.
telegram-lead = Подключите Telegram, чтобы сразу узнавать о платежах.
telegram-step-open = Откройте бота и нажмите «Старт».
telegram-open = Открыть Telegram
telegram-step-number = Выберите там это число:
telegram-number = Число, которое надо выбрать
telegram-step-finish = Вернитесь на эту страницу и завершите.
telegram-waiting = Страница сама проверяет каждые две секунды.
telegram-later = Не сейчас
telegram-confirmed = Число выбрано верно.
telegram-finish = Завершить
telegram-over = Эта попытка закончилась. Войдите, чтобы попробовать снова.
telegram-again = Попробовать снова

confirm-title = Подтвердите почту
confirm-lead = Нажмите кнопку, чтобы подтвердить, что это ваш адрес.
confirm-button = Подтвердить
confirm-password-lead = Вы открыли ссылку не в том браузере, в котором регистрировались. Введите пароль, который выбрали там, чтобы мы знали, что это были вы.
field-chosen-password = Пароль, выбранный при регистрации
error-chosen-password = Это не тот пароль, который выбрали при регистрации этого адреса. Попробуйте ещё раз или укажите, что не выбирали пароля.
confirm-not-mine-hint = Вы не регистрировались или не помните пароль? Адрес всё равно будет подтверждён. Пароль будет удалён, все сеансы завершены, Telegram отключён; потом можно задать новый пароль.
confirm-not-mine = Подтвердить без пароля
confirm-telegram-lead = Ваши платежи будут видны в чате этого пользователя Telegram:
confirm-number-lead = Если это вы, введите число, которое бот показал в чате. Попытка одна. Если это не вы, закройте страницу: ничего не произойдёт.
field-chat-number = Число из чата
error-chat-number = Введите двузначное число, которое бот показал в чате.
confirmed-title = Подтверждено
confirmed-text = Ваша почта подтверждена.
confirmed-put-out = Ваша почта подтверждена. Все сеансы завершены, и пароля у аккаунта больше нет: задайте его, чтобы войти.
confirmed-telegram = Ваша почта подтверждена, и Telegram подключён. Вернитесь в чат: ваши платежи там. Чтобы входить и здесь, задайте пароль.
wrong-number-title = Неверное число
wrong-number-text = Ничего не подтверждено и не подключено, ссылка больше не работает. Если это были вы, напишите боту /start и начните заново.

login-title = Вход
login-button = Войти
login-forgot = Забыли пароль?
login-new = Впервые здесь?

forgot-title = Забыли пароль
forgot-lead = Напишите почту аккаунта. Мы пришлём ссылку для выбора нового пароля.
forgot-button = Прислать ссылку
forgot-sent = Если аккаунт с этой почтой есть, ссылка уже в пути. Она действует 30 минут.

reset-title = Новый пароль
reset-lead = Все ваши сеансы будут завершены.
reset-button = Сохранить
reset-done = Новый пароль сохранён. Войдите с ним.

account-title = Ваш аккаунт
account-confirmed = подтверждена
account-unconfirmed = не подтверждена
account-connected = подключён
account-no-telegram = Не подключён.
account-connect = Подключить Telegram
account-confirm-first = Откройте ссылку из нашего письма, чтобы подтвердить адрес. Тогда здесь появятся и прежние платежи.
account-payments = Платежи
account-no-payments = Платежей пока нет.
account-test = тест, деньги не настоящие
account-newest = Новые
account-older = Более ранние

status-requires-payment-method = не оплачен
status-requires-action = ждёт вас
status-in-review = проверяется
status-processing = в пути
status-authorized = деньги зарезервированы
status-partially-captured = оплачен частично
status-captured = оплачен
status-partially-refunded = возвращён частично
status-refunded = возвращён
status-voided = отменён
status-declined = отклонён
status-expired = истёк

fault-request = Запрос { $code }.
fault-form-title = Откройте страницу снова
fault-form = Форма отправлена не из этого браузера или была открыта слишком долго.
fault-missing-title = Здесь ничего нет
fault-missing = По этому адресу ничего нет.
fault-link-title = Ссылка больше не действует
fault-link = Она устарела или уже использована.
fault-telegram-title = Telegram не подключился
fault-telegram = Этот аккаунт или этот Telegram уже подключён к другому.
fault-often-title = Слишком много попыток
fault-often = Подождите минуту и попробуйте снова.
fault-request-wrong-title = Не удалось прочитать
fault-request-wrong = В запросе что-то не так.
fault-busy-title = Сейчас недоступно
fault-busy = Попробуйте чуть позже.
fault-ours-title = У нас произошёл сбой
fault-ours = Мы его записали.
